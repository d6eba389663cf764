/**
 * Single metrics, intervals and tests, calibration, runs in TREC's formats, slices and tables.
 *
 * @module
 */

export { ACCEPT_ALL, REJECT_ALL, formatThreshold } from "./evaluate/pairs/thresholds/threshold.js";
export {
  formatNotebookThreshold,
  notebookThreshold,
  type NotebookThreshold,
} from "./evaluate/pairs/thresholds/notebook-threshold.js";
export { accuracyAtThreshold, type AccuracyFigure } from "./evaluate/pairs/thresholds/accuracy.js";
export {
  normalInterval,
  wilsonInterval,
  type Interval,
  type IntervalOptions,
} from "./evaluate/statistics/intervals.js";
export {
  accuracy,
  balancedAccuracy,
  confusionAtThreshold,
  f1,
  mcc,
  precision,
  recall,
  specificity,
  type Confusion,
} from "./evaluate/pairs/thresholds/confusion.js";
export {
  classificationReport,
  confusionMatrix,
  type ClassFigures,
  type ClassificationReport,
} from "./evaluate/pairs/thresholds/classification-report.js";
export { rocAuc } from "./evaluate/pairs/curves/roc.js";
export {
  areaUnderCurve,
  precisionRecallCurve,
  rocCurve,
  type PrecisionRecallCurve,
  type RocCurve,
} from "./evaluate/pairs/curves/curves.js";
export { averagePrecision } from "./evaluate/pairs/curves/average-precision.js";
export {
  applyCalibration,
  brierScore,
  calibrationCurve,
  expectedCalibrationError,
  fitCalibration,
  type Calibration,
  type CalibrationBin,
  type FitCalibrationOptions,
} from "./evaluate/pairs/calibration/calibration.js";
export type { IsotonicCalibration } from "./evaluate/pairs/calibration/isotonic.js";
export type { PlattCalibration } from "./evaluate/pairs/calibration/platt.js";
export {
  labelHistogram,
  scoreOverlap,
  type LabelHistogramOptions,
  type LabelHistogram,
  type Overlap,
} from "./evaluate/pairs/curves/overlap.js";
export {
  evaluateTriplets,
  type TripletColumns,
  type TripletEvaluation,
  type EvaluateTripletsOptions,
} from "./evaluate/pairs/triplets.js";
export {
  evaluateGradedPairs,
  pearson,
  spearman,
  type GradedEvaluation,
} from "./evaluate/pairs/correlation.js";
export { pairScores } from "./evaluate/pairs/pair-cosines.js";
export type { SimilarityName } from "./math/similarity.js";
export {
  evaluateReranking,
  type EvaluateRerankingOptions,
  type RerankedList,
  type RerankingEvaluation,
} from "./evaluate/retrieval/evaluate-reranking.js";
export {
  evaluateCompressed,
  type CompressedEvaluation,
  type CompressedFigures,
  type EvaluateCompressedOptions,
  type KeptFigures,
} from "./evaluate/retrieval/evaluate-compressed.js";
export { rankRelevant, type RankOptions } from "./evaluate/retrieval/rank-relevant.js";
export {
  rankingOf,
  retrieve,
  retrieveWith,
  toRun,
  type Ranking,
  type RetrieveOptions,
} from "./evaluate/retrieval/retrieve.js";
export type { GainFunction, MapDenominator } from "./evaluate/retrieval/rank-metrics.js";
export type { RetrievalFigures } from "./evaluate/retrieval/summarize-ranked.js";
export {
  evaluateRun,
  type EvaluateRunOptions,
  type RunEvaluation,
} from "./evaluate/retrieval/evaluate-run.js";
export {
  formatQrels,
  formatRun,
  parseQrels,
  parseRun,
  type Qrels,
  type Retrieved,
  type Run,
} from "./evaluate/retrieval/trec-format.js";
export {
  comparePaired,
  type CompareOptions,
  type Comparison,
  type ComparisonVerdict,
} from "./evaluate/compare/compare.js";
export {
  queryChanges,
  type QueryChange,
  type QueryChanges,
  type QueryChangesOptions,
} from "./evaluate/compare/query-changes.js";
export {
  pairedBootstrap,
  type BootstrapDifference,
  type BootstrapOptions,
} from "./evaluate/statistics/paired-bootstrap.js";
export {
  pairedPermutation,
  type PermutationOptions,
  type PermutationTest,
} from "./evaluate/statistics/paired-permutation.js";
export { mcnemar, rightAtThreshold, type McNemarTest } from "./evaluate/statistics/mcnemar.js";
export {
  bucketOf,
  sliceBy,
  sliceRetrieval,
  sliceScores,
  type Slice,
  type SliceKey,
  type SliceOptions,
} from "./evaluate/retrieval/slices.js";
export {
  learningCurve,
  type LearningCurveOptions,
  type LearningCurvePoint,
} from "./evaluate/statistics/learning-curve.js";
export { toPlain, type Plain } from "./evaluate/tables/to-plain.js";
export { formatMarkdownTable, formatTerminalTable, type Table } from "./base/text-table.js";
export {
  comparisonTable,
  reportTable,
  retrievalTable,
  scoresTable,
  slicesTable,
} from "./evaluate/tables/tables.js";
export { judgeStreamed, type JudgeStreamedOptions } from "./tune/streamed/judge-streamed.js";
export type { CandidateSearch } from "./tune/streamed/candidates.js";
export type { PassageBlocks, StreamedLabelledVectors } from "./tune/streamed/streamed-corpus.js";
