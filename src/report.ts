/**
 * embedtune/report: plots as Vega-Lite specifications and the self-contained HTML page.
 *
 * @module
 */
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
