/**
 * embedtune/report: plots as Vega-Lite specifications, and the self-contained HTML page. Drawing needs the optional
 * packages `vega` and `vega-lite`; specifications and types need nothing.
 *
 * @module
 */
export { distributionSpec } from "./report/distribution-spec.js";
export { histogramPanels, histogramSpec, type HistogramOptions } from "./report/histogram-spec.js";
export { latentSpec, type LatentOptions } from "./report/latent-spec.js";
export { latentView } from "./report/latent-view.js";
export { renderPng, type PngOptions } from "./report/render-png.js";
export { renderReport } from "./report/render-report.js";
export { renderSvg } from "./report/render-svg.js";
export type {
  CosineSample,
  Distribution,
  LatentPoint,
  LatentView,
  MethodFigures,
  ReportData,
  ReportFact,
  RetrievalExample,
  Retrieved,
  RetrievedPassage,
  TrainingCurve,
  TrainingEpoch,
} from "./report/report-data.js";
export { trainingPanels, trainingSpec } from "./report/training-spec.js";
export type { ViewAngle } from "./report/turn.js";
export type { PlotOptions, VegaLiteSpec } from "./report/vega-lite.js";
