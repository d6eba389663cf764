/**
 * embedtune/report: the page that a decision is passed on by, which needs no optional package, and plots as Vega-Lite
 * specifications. Drawing those to SVG needs the optional packages `vega` and `vega-lite`, to PNG `@resvg/resvg-js`;
 * specifications and types need nothing.
 *
 * @module
 */
export { distributionSpec } from "./report/plots/distribution-spec.js";
export {
  histogramPanels,
  histogramSpec,
  type CosineHistogramOptions,
  type HistogramPanel,
} from "./report/plots/histogram-spec.js";
export {
  labelsToReview,
  type LabelToReview,
  type ReviewedDecision,
  type ReviewReason,
} from "./tune/review/labels-to-review.js";
export { latentSpec, type LatentOptions } from "./report/plots/latent-spec.js";
export { latentView } from "./report/plots/latent-view.js";
export { renderPng, type PngOptions } from "./report/plots/render-png.js";
export { renderReport } from "./report/page/render-report.js";
export { reportPlots } from "./report/page/report-plots.js";
export { renderSvg } from "./report/plots/render-svg.js";
export type {
  CosineSample,
  LatentPoint,
  LatentView,
  MethodThreshold,
  SampleDistribution,
  TrainingCurve,
  TrainingEpoch,
} from "./report/plots/plot-data.js";
export type {
  MapProjection,
  ReportedDecision,
  ReportedTexts,
  ReportFact,
  ReportOptions,
} from "./report/reported-decision.js";
export { trainingPanels, trainingSpec } from "./report/plots/training-spec.js";
export type { ViewAngle } from "./report/plots/view-rotation.js";
export type { PlotOptions, VegaLiteSpec } from "./report/plots/vega-lite.js";
