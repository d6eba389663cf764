import { markedLine } from "./marked-line.js";
import { countBins, roundedRange } from "./bins.js";
import { checkHistograms } from "./check.js";
import { formatNumber, formatPercent, setTitle } from "../format.js";
import type { CosineSample, MethodThreshold } from "./plot-data.js";
import {
  colors,
  plotConfig,
  vegaLiteSchema,
  type PlotOptions,
  type VegaLiteSpec,
  shownText,
} from "./vega-lite.js";

export interface CosineHistogramOptions extends PlotOptions {
  /** Bins over the range of all cosines. @default 40 */
  readonly bins?: number | undefined;
  /** Where the threshold of each method and set is taken from, to be drawn as a line. @default none */
  readonly methods?: readonly MethodThreshold[] | undefined;
}

/** The cosines of one method on one set. */
interface Panel {
  readonly method: string;
  readonly set: string;
  readonly samples: readonly CosineSample[];
}

const labels = ["no match", "match"] as const;

/**
 * Overlaid histograms of cosine by label as one Vega-Lite specification: a row per set, a column per method, axes shared,
 * so that before and after can be compared by eye. Heights are shares of the pairs of the label, because there are
 * usually more pairs without a match than with one.
 *
 * @throws RangeError when there is no sample, or a sample is empty or holds a value that is no cosine.
 */
export function histogramSpec(
  samples: readonly CosineSample[],
  options: CosineHistogramOptions = {},
): VegaLiteSpec {
  checkHistograms(samples, "histogramSpec: samples");
  const rows = new Map<string, VegaLiteSpec[]>();
  for (const { set, spec } of drawPanels(samples, options)) {
    rows.set(set, [...(rows.get(set) ?? []), spec]);
  }
  return {
    $schema: vegaLiteSchema,
    config: plotConfig,
    vconcat: [...rows.values()].map((row) => ({
      hconcat: row.map(({ $schema: _schema, config: _config, ...panel }) => panel),
    })),
  };
}

/** One plot of {@link histogramPanels}. */
export interface HistogramPanel {
  readonly method: string;
  readonly set: string;
  readonly spec: VegaLiteSpec;
}

/**
 * The same, one specification per method and set, for a page that lays them out itself.
 *
 * @throws RangeError as {@link histogramSpec} does.
 */
export function histogramPanels(
  samples: readonly CosineSample[],
  options: CosineHistogramOptions = {},
): HistogramPanel[] {
  checkHistograms(samples, "histogramPanels: samples");
  return drawPanels(samples, options);
}

function drawPanels(
  samples: readonly CosineSample[],
  { width = 330, height = 160, legend = true, bins = 40, methods = [] }: CosineHistogramOptions,
): HistogramPanel[] {
  const range = roundedRange(
    samples.map((sample) => sample.cosines),
    0.05,
  );
  const panels = panelsOf(samples);
  const bars = panels.map((panel) => barsOf(panel, { ...range, count: bins }));
  const highest = Math.max(...bars.flat().map((bar) => bar.share));
  return panels.map(({ method, set }, i) => {
    const threshold = methods.find((row) => row.name === method && row.set === set)?.threshold;
    const layer: unknown[] = [barLayer(bars[i], range, highest, legend)];
    if (typeof threshold === "number") layer.push(...thresholdLayers(threshold, range, width));
    const spec = {
      $schema: vegaLiteSchema,
      config: plotConfig,
      title: { text: shownText(method), subtitle: shownText(setTitle(set)) },
      description: `Histogram of cosine by label: ${method} on ${setTitle(set)}.`,
      width,
      height,
      layer,
    };
    return { method, set, spec };
  });
}

/** One panel per set and method, in order of first appearance. */
function panelsOf(samples: readonly CosineSample[]): Panel[] {
  const sets = [...new Set(samples.map((sample) => sample.set))];
  const methods = [...new Set(samples.map((sample) => sample.method))];
  return sets.flatMap((set) =>
    methods
      .map((method) => ({
        method,
        set,
        samples: samples.filter((sample) => sample.set === set && sample.method === method),
      }))
      .filter((panel) => panel.samples.length > 0),
  );
}

interface Bar {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly share: number;
  readonly hover: string;
}

function barsOf(
  { samples }: Panel,
  bins: { readonly from: number; readonly to: number; readonly count: number },
): Bar[] {
  // Without a match first: the bars of matches are drawn over them.
  return [...samples]
    .sort((a, b) => a.label - b.label)
    .flatMap((sample) =>
      countBins(sample.cosines, bins)
        .filter((bin) => bin.count > 0)
        .map(({ from, to, count }) => {
          const share = count / sample.cosines.length;
          const label = labels[sample.label];
          const hover =
            `${label}: ${count} of ${sample.cosines.length} pairs (${formatPercent(share)}) ` +
            `with a cosine of ${formatNumber(from, 3)} to ${formatNumber(to, 3)}`;
          return { label, from, to, share, hover };
        }),
    );
}

function barLayer(
  values: readonly Bar[],
  range: { readonly from: number; readonly to: number },
  highest: number,
  legend: boolean,
): unknown {
  return {
    data: { values },
    mark: { type: "bar", opacity: 0.6, orient: "vertical", binSpacing: 0 },
    encoding: {
      x: {
        field: "from",
        type: "quantitative",
        title: "cosine",
        scale: { domain: [range.from, range.to], nice: false, zero: false },
        axis: { grid: false, tickCount: 6 },
      },
      x2: { field: "to" },
      y: {
        field: "share",
        type: "quantitative",
        stack: null,
        title: "share of pairs",
        scale: { domain: [0, highest] },
        axis: { format: "~%", tickCount: 4 },
      },
      y2: { datum: 0 },
      color: {
        field: "label",
        type: "nominal",
        scale: { domain: [labels[1], labels[0]], range: [colors.first, colors.second] },
        legend: legend ? { title: null } : null,
      },
      tooltip: { field: "hover", type: "nominal" },
      description: { field: "hover", type: "nominal" },
    },
  };
}

function thresholdLayers(
  threshold: number,
  range: { readonly from: number; readonly to: number },
  width: number,
): unknown[] {
  if (threshold < range.from || threshold > range.to) return [];
  return markedLine({
    name: "threshold",
    value: threshold,
    // A narrow plot has no room for the word; a text that sticks out would shrink the whole picture.
    label: `${width < 300 ? "" : "threshold "}${formatNumber(threshold, 3)}`,
    hover: `Threshold: a cosine above ${formatNumber(threshold, 3)} counts as a match`,
    color: colors.ink,
    range,
  });
}
