import { countBins } from "./bins.js";
import { checkDistribution } from "./check.js";
import { formatNumber } from "../format.js";
import type { SampleDistribution } from "./plot-data.js";
import {
  colors,
  plotConfig,
  vegaLiteSchema,
  type PlotOptions,
  type VegaLiteSpec,
  shownText,
} from "./vega-lite.js";

/**
 * A histogram of numbers such as candidates per question or characters per passage, the median marked, as a Vega-Lite
 * specification. Long tails are gathered in the last bar, beyond the 99th percentile.
 *
 * @throws RangeError when there is no value, or one that is not finite.
 */
export function distributionSpec(
  distribution: SampleDistribution,
  {
    width = 330,
    height = 150,
    bins = 30,
  }: PlotOptions & { readonly bins?: number | undefined } = {},
): VegaLiteSpec {
  checkDistribution(distribution, "distributionSpec: distribution");
  const { title, unit, values, of = "items" } = distribution;
  const sorted = Float64Array.from(values).sort();
  const quantile = (share: number): number =>
    sorted[Math.ceil(share * sorted.length) - 1] ?? sorted[0];
  const median = quantile(0.5);
  const whole = sorted.every((value) => Number.isInteger(value));
  const from = sorted[0];
  const top = Math.max(quantile(0.99), from + (whole ? 1 : 1e-9));
  // Whole numbers get bars as wide as a whole number of them, or some bars would stand for more numbers than others.
  const step = whole ? Math.max(1, Math.ceil((top - from + 1) / bins)) : (top - from) / bins;
  const count = Math.max(1, Math.ceil((top - from + (whole ? 1 : 0)) / step));
  const to = from + count * step;
  const tail = sorted[sorted.length - 1] > to;
  const bars = countBins(values, { from, to, count }).map((bin, i) => {
    const last = tail && i === count - 1;
    const upper = whole ? bin.to - 1 : bin.to;
    const range = last
      ? `${show(bin.from, whole)} or more`
      : whole && bin.from === upper
        ? show(bin.from, whole)
        : `${show(bin.from, whole)} to ${show(upper, whole)}`;
    return { ...bin, hover: `${bin.count} ${of} with ${range} ${unit}` };
  });
  const x = { type: "quantitative", title: shownText(unit) };
  return {
    $schema: vegaLiteSchema,
    config: plotConfig,
    title: {
      text: shownText(title),
      subtitle: `${values.length} ${of}, median ${show(median, whole)}, largest ${show(sorted[sorted.length - 1], whole)}`,
    },
    description: `${title}: histogram of ${values.length} ${of} by ${unit}, median ${show(median, whole)}.`,
    width,
    height,
    layer: [
      {
        data: { values: bars },
        mark: {
          type: "bar",
          color: colors.first,
          opacity: 0.75,
          orient: "vertical",
          binSpacing: 0,
        },
        encoding: {
          x: {
            ...x,
            field: "from",
            scale: { domain: [from, to], nice: false, zero: false },
            axis: { grid: false, tickCount: 6, format: "~s" },
          },
          x2: { field: "to" },
          y: { field: "count", type: "quantitative", title: shownText(of), axis: { tickCount: 4 } },
          y2: { datum: 0 },
          tooltip: { field: "hover", type: "nominal" },
          description: { field: "hover", type: "nominal" },
        },
      },
      {
        data: { values: [{ median, hover: `Median: ${show(median, whole)} ${unit}` }] },
        mark: { type: "rule", strokeDash: [4, 3], strokeWidth: 1.5, color: colors.ink },
        encoding: {
          x: { ...x, field: "median" },
          tooltip: { field: "hover" },
          description: { field: "hover" },
        },
      },
    ],
  };
}

function show(value: number, whole: boolean): string {
  return whole ? String(value) : formatNumber(value, 2);
}
