/**
 * embedtune/report: plots as Vega-Lite specifications, and the self-contained HTML page. Drawing needs the optional
 * packages `vega` and `vega-lite`; specifications and types need nothing.
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
export { latentSpec, type LatentOptions } from "./report/plots/latent-spec.js";
export { latentView } from "./report/latent-view.js";
export { renderPng, type PngOptions } from "./report/plots/render-png.js";
export { renderReport } from "./report/page/render-report.js";
export { renderSvg } from "./report/plots/render-svg.js";
export type {
  CosineSample,
  ExampleRanking,
  LatentPoint,
  LatentView,
  MethodFigures,
  ReportData,
  ReportDecision,
  ReportFact,
  RetrievalExample,
  RetrievedPassage,
  SampleDistribution,
  TrainingCurve,
  TrainingEpoch,
} from "./report/report-data.js";
export { trainingPanels, trainingSpec } from "./report/plots/training-spec.js";
export type { ViewAngle } from "./report/plots/view-rotation.js";
export type { PlotOptions, VegaLiteSpec } from "./report/plots/vega-lite.js";
