import { markedLine } from "./marked-line.js";
import { checkTraining } from "./check.js";
import { formatNumber, formatPercent } from "../format.js";
import type { TrainingCurve, TrainingEpoch } from "./plot-data.js";
import {
  colors,
  plotConfig,
  vegaLiteSchema,
  type PlotOptions,
  type VegaLiteSpec,
} from "./vega-lite.js";

const measures = [
  { name: "loss", train: "trainLoss", validation: "validationLoss" },
  { name: "accuracy", train: "trainAccuracy", validation: "validationAccuracy" },
] as const;

type Measure = (typeof measures)[number];

/**
 * Loss and accuracy by epoch, training beside validation, the kept epoch marked, as one Vega-Lite specification of two
 * plots side by side (one where only one was measured).
 *
 * @throws RangeError when there is no epoch, a value is not finite, or the best epoch is none of them.
 */
export function trainingSpec(curve: TrainingCurve, options: PlotOptions = {}): VegaLiteSpec {
  checkTraining(curve, "trainingSpec: curve");
  return {
    $schema: vegaLiteSchema,
    config: plotConfig,
    hconcat: drawPanels(curve, options).map(
      ({ $schema: _schema, config: _config, ...panel }) => panel,
    ),
  };
}

/**
 * The same, one specification per measure, for a page that lays them out itself.
 *
 * @throws RangeError as {@link trainingSpec} does.
 */
export function trainingPanels(curve: TrainingCurve, options: PlotOptions = {}): VegaLiteSpec[] {
  checkTraining(curve, "trainingPanels: curve");
  return drawPanels(curve, options);
}

function drawPanels(
  { epochs, bestEpoch, method }: TrainingCurve,
  { width = 330, height = 180, legend = true }: PlotOptions,
): VegaLiteSpec[] {
  return measures
    .filter(({ train, validation }) =>
      epochs.some((epoch) => epoch[train] !== undefined || epoch[validation] !== undefined),
    )
    .map((measure) => ({
      $schema: vegaLiteSchema,
      config: plotConfig,
      title: { text: method === undefined ? measure.name : `${measure.name} · ${method}` },
      description: `${measure.name} by epoch${bestEpoch === undefined ? "" : `, best epoch ${bestEpoch}`}.`,
      width,
      height,
      layer: [
        ...(bestEpoch === undefined ? [] : bestEpochLayers(bestEpoch, epochs)),
        curveLayer(epochs, measure, legend),
      ],
    }));
}

function curveLayer(epochs: readonly TrainingEpoch[], measure: Measure, legend: boolean): unknown {
  const values = (["train", "validation"] as const).flatMap((series) =>
    epochs.flatMap((epoch) => {
      const value = epoch[measure[series]];
      if (value === undefined) return [];
      const shown = measure.name === "accuracy" ? formatPercent(value) : formatNumber(value, 4);
      const hover = `Epoch ${epoch.epoch}, ${series}: ${measure.name} ${shown}`;
      return [{ series, epoch: epoch.epoch, value, hover }];
    }),
  );
  const scale = { domain: ["train", "validation"] };
  return {
    data: { values },
    mark: { type: "line", strokeWidth: 2, point: { size: 28, filled: true } },
    encoding: {
      x: {
        field: "epoch",
        type: "quantitative",
        title: "epoch",
        scale: { nice: false, zero: false },
        axis: { grid: false, tickMinStep: 1, tickCount: 6, format: "d" },
      },
      y: {
        field: "value",
        type: "quantitative",
        title: null,
        scale: { zero: false },
        axis: { tickCount: 5, ...(measure.name === "accuracy" ? { format: "~%" } : {}) },
      },
      color: {
        field: "series",
        type: "nominal",
        scale: { ...scale, range: [colors.second, colors.first] },
        legend: legend ? { title: null } : null,
      },
      tooltip: { field: "hover", type: "nominal" },
      description: { field: "hover", type: "nominal" },
    },
  };
}

function bestEpochLayers(best: number, epochs: readonly TrainingEpoch[]): unknown[] {
  const numbers = epochs.map((epoch) => epoch.epoch);
  return markedLine({
    name: "best",
    value: best,
    label: `best: ${best}`,
    hover: `Best epoch: ${best}`,
    color: colors.mark,
    range: { from: Math.min(...numbers), to: Math.max(...numbers) },
  });
}
