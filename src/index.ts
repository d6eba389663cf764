/**
 * embedtune: customise text embeddings to your own data. Everything here runs anywhere (browser, edge, Node); what
 * needs a file system is in `embedtune/node`, what needs a heavy package has an entry of its own.
 *
 * @module
 */

// math: the numeric form everything passes around
export {
  createMatrix,
  fromRows,
  gatherRows,
  rowOf,
  transpose,
  type Matrix,
} from "./math/matrix.js";
export { multiply, type MultiplyOptions } from "./math/multiply.js";
export {
  closeKernel,
  kernelStatus,
  setKernel,
  type KernelOptions,
  type KernelStatus,
} from "./math/kernel/kernel.js";
export { topK, topKWith, type TopK, type TopKOptions } from "./math/top-k.js";
export { kernelEngine, type ProductEngine } from "./math/kernel/product-engine.js";
export {
  symmetricEigen,
  type SymmetricEigen,
  type SymmetricEigenOptions,
} from "./math/decompose/eigen.js";
export { cholesky, choleskySolve, type Cholesky } from "./math/decompose/cholesky.js";
export { symmetricPower, type SymmetricPowerOptions } from "./math/decompose/matrix-power.js";
export { covariance, type Covariance, type CovarianceOptions } from "./math/covariance.js";
export {
  randomizedSvd,
  type RandomizedSvdOptions,
  type Svd,
} from "./math/decompose/randomized-svd.js";
export { cosineRows } from "./math/cosine-rows.js";
export { cosineSimilarity, normalizeRows } from "./math/vectors.js";
export { createRandom, type Random } from "./base/random.js";
export type { LongJobOptions, Progress } from "./base/progress.js";

// data: read, clean, split
export type {
  Annotation,
  Candidate,
  LongAnswer,
  Pair,
  PairColumns,
  PassageKind,
  Question,
  ShortAnswer,
  TokenSpan,
} from "./data/types.js";
export { DataError, type Place } from "./data/data-error.js";
export { parseNaturalQuestion } from "./data/natural-questions/natural-question.js";
export { simplifyNaturalQuestion } from "./data/natural-questions/simplify.js";
export { naturalText } from "./data/natural-questions/natural-text.js";
export type { CleanTextOptions } from "./data/natural-questions/clean-text.js";
export { groupedSplit, type GroupedSplitOptions, type Split } from "./data/split/grouped-split.js";
export { groupedFolds, type Fold, type GroupedFoldsOptions } from "./data/split/grouped-folds.js";
export type { GroupingOptions } from "./data/split/assign-groups.js";
export { leakReport, type LeakReport, type LeakReportOptions } from "./data/split/leak-report.js";
export type { NearDuplicate } from "./data/split/shingles.js";
export {
  questionStatistics,
  type Distribution,
  type QuestionStatistics,
} from "./data/natural-questions/statistics.js";
export { decodeNpy, encodeNpy } from "./data/sources/npy.js";

// negatives: sample
export { createBm25Index, type Bm25Options } from "./negatives/indexes/bm25.js";
export { toPairColumns, type PairTable } from "./negatives/columns.js";
export type { DropCounts } from "./negatives/counts.js";
export { goldSpans, pageOf, type GoldSpan } from "./negatives/natural-questions/gold.js";
export {
  answerGuard,
  goldGuard,
  shortAnswersOf,
  type GuardReason,
  type NegativeGuard,
} from "./negatives/mining/guards.js";
export {
  toLabelledLists,
  toLabelledPairs,
  toTriplets,
  toTuples,
  type LabelledList,
  type NTuple,
  type ScoredPair,
  type Triplet,
} from "./negatives/mining/mined-formats.js";
export {
  mineHardNegatives,
  type MinedNegatives,
  type MinedQuery,
} from "./negatives/mining/mine.js";
export type { MiningOptions } from "./negatives/mining/mining-options.js";
export {
  miningTexts,
  type MiningTexts,
  type MiningTextsOptions,
} from "./negatives/mining/mining-texts.js";
export type { Neighbor, NeighborIndex, ScorePassages } from "./negatives/mining/neighbors.js";
export type { LengthOptions } from "./negatives/options.js";
export {
  passagePool,
  type PassagePool,
  type PassagePoolOptions,
  type PoolDrop,
  type PoolPassage,
} from "./negatives/pool.js";
export {
  positivePairs,
  type PositiveDrop,
  type PositivePairs,
  type PositivePairsOptions,
} from "./negatives/mining/positives.js";
export {
  samePageCandidates,
  sampleSamePageNegatives,
  type SamePageCandidates,
  type SamePageCandidatesOptions,
  type SamePageDrop,
  type SamePageEntry,
  type SamePageNegativesOptions,
} from "./negatives/natural-questions/same-page.js";
export type { SampledNegatives } from "./negatives/mining/sampled.js";
export type { MinedPassage, MiningDrop } from "./negatives/mining/select-negatives.js";
export { tokenizeWords, type Bm25Tokenizer } from "./negatives/indexes/tokenize.js";
export {
  vectorIndex,
  type MiningVectors,
  type VectorIndexOptions,
} from "./negatives/indexes/vector-index.js";
export {
  lookupVectors,
  matrixOfTexts,
  type SideVectors,
  type VectorLookup,
} from "./negatives/indexes/vectors.js";
export { sampleWeakNegatives, type WeakDrop, type WeakNegativesOptions } from "./negatives/weak.js";

// embed: texts to vectors
export type { EmbeddedBatch, EmbedOptions, Embedder } from "./embed/embedder.js";
export {
  createHashingEmbedder,
  type HashingEmbedderOptions,
} from "./embed/hashing/hashing-embedder.js";
export { fitHashingIdf, type HashingIdf } from "./embed/hashing/hashing-idf.js";
export {
  withCache,
  type CachedEmbedder,
  type CacheOptions,
  type CacheStatistics,
} from "./embed/cache/cache.js";
export type { StoredPrecision } from "./embed/cache/vector-record.js";
export type { VectorStore, VectorStoreEntry } from "./embed/cache/vector-store.js";
export { createMemoryStore, type MemoryStoreOptions } from "./embed/cache/memory-store.js";
export { createKeyvStore, type KeyvLike, type KeyvStoreOptions } from "./embed/cache/keyv-store.js";
export { withPrefixes, type Prefixes } from "./embed/prefixed-embedder.js";
export {
  createFunctionEmbedder,
  type EmbedFunction,
  type FunctionEmbedderOptions,
} from "./embed/function-embedder.js";
export { RefusedTextsError, type RefusedText } from "./embed/requests/refused-texts.js";

// evaluate: measure honestly
export {
  ACCEPT_ALL,
  REJECT_ALL,
  fitThreshold,
  formatThreshold,
  type FitThresholdOptions,
  type ThresholdCriterion,
  type ThresholdFit,
} from "./evaluate/pairs/thresholds/threshold.js";
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
  type HistogramOptions,
  type LabelHistogram,
  type Overlap,
} from "./evaluate/pairs/curves/overlap.js";
export { pairCosines } from "./evaluate/pairs/pair-cosines.js";
export {
  evaluateScores,
  type EvaluateScoresOptions,
  type ScoreEvaluation,
} from "./evaluate/pairs/evaluate-scores.js";
export {
  evaluateTriplets,
  type TripletColumns,
  type TripletEvaluation,
  type EvaluateTripletsOptions,
} from "./evaluate/pairs/triplets.js";
export {
  evaluateRetrieval,
  type RetrievalEvaluation,
  type RetrievalOptions,
} from "./evaluate/retrieval/retrieval.js";
export { rankRelevant } from "./evaluate/retrieval/rank-relevant.js";
export { rankingOf, retrieve, toRun, type Ranking } from "./evaluate/retrieval/retrieve.js";
export type { Gain } from "./evaluate/retrieval/rank-metrics.js";
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
  type Verdict,
} from "./evaluate/compare/compare.js";
export {
  compareRetrieval,
  type CompareRetrievalOptions,
  type RetrievalComparison,
} from "./evaluate/compare/compare-retrieval.js";
export {
  compareScores,
  type ScoreComparison,
  type ScoresAtThreshold,
} from "./evaluate/compare/compare-scores.js";
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
export { formatMarkdownTable, formatTerminalTable, type Table } from "./evaluate/tables/table.js";
export {
  comparisonTable,
  reportTable,
  retrievalTable,
  scoresTable,
  slicesTable,
} from "./evaluate/tables/tables.js";

// adapter: apply
export type { Adapter, AdapterMetadata, AdapterSide, LowRankUpdate } from "./adapter/adapter.js";
export { applyAdapter, type ApplyOptions } from "./adapter/apply.js";
export { decodeAdapter, encodeAdapter } from "./adapter/encode.js";
export { identityAdapter } from "./adapter/identity.js";

// train: fit
export { fitRca, type RcaCandidate, type RcaFit, type RcaOptions } from "./fit/families/rca.js";
export type { TrainingPairs } from "./fit/training-pairs.js";
export type { RankingMetrics } from "./tune/ranking-metrics.js";
export type { ChoiceMetric } from "./tune/cross-validate.js";
export type { Parameters } from "./fit/families/family.js";
export { fitCca, fitLda, reduceAdapter, type ReductionOptions } from "./fit/families/reduction.js";
export {
  fitAdapter,
  type FitAdapterOptions,
  type FitAdapterRow,
  type FittedAdapter,
} from "./tune/fit-adapter.js";
export type { CandidateName } from "./tune/fit-adapter-candidates.js";
export {
  collectPairStatistics,
  mergePairStatistics,
  pairStatistics,
  type PairStatistics,
} from "./fit/statistics/pair-statistics.js";
export {
  decodePairStatistics,
  encodePairStatistics,
} from "./fit/statistics/pair-statistics-encode.js";
export {
  fitFromStatistics,
  type StatisticsFitOptions,
} from "./fit/statistics/pair-statistics-fit.js";
export {
  adapterLearningCurve,
  type AdapterLearningCurve,
  type AdapterLearningCurveOptions,
  type AdapterLearningCurvePoint,
} from "./tune/learning-curve.js";
export { trainMatrix, type TrainedMatrix } from "./train/matrix-trainer.js";
export type { EpochState, TrainMatrixOptions, TrainingStart } from "./train/training-options.js";
export type { TrainingData } from "./train/training-data.js";
export {
  trainingMetrics,
  type EpochRecord,
  type TrainingFigures,
  type TrainingMetric,
} from "./train/loop/history.js";
export {
  decodeCheckpoint,
  encodeCheckpoint,
  type TrainingCheckpoint,
} from "./train/loop/checkpoint.js";
export type { TrainedSides } from "./train/adapter-model.js";
export {
  classificationPreset,
  cookbookGrid,
  cookbookPreset,
  notebookPreset,
  retrievalPreset,
} from "./train/presets.js";
export {
  searchHyperparameters,
  type HyperparameterSearchOptions,
  type SearchChoice,
  type SearchRange,
  type SearchResult,
  type SearchSpace,
  type SearchTrial,
} from "./train/hyperparameter-search.js";
export { DivergenceError } from "./train/loop/divergence-error.js";
export type { IndexPairs, Loss, LossBatch, LossGradient } from "./train/losses/loss.js";
export { contrastive, type ContrastiveOptions } from "./train/losses/contrastive.js";
export { cosent, type CosentOptions } from "./train/losses/cosent.js";
export { cosineMse, type CosineMseOptions } from "./train/losses/cosine-mse.js";
export { infoNce, type InfoNceOptions } from "./train/losses/info-nce.js";
export { matryoshka, type MatryoshkaOptions } from "./train/losses/matryoshka.js";
export { tripletMargin, type TripletOptions } from "./train/losses/triplet.js";
export { adam, adamW, type AdamOptions, type AdamWOptions } from "./train/optimizers/adam.js";
export type {
  Optimizer,
  OptimizerState,
  StepRates,
  Tensors,
} from "./train/optimizers/optimizer.js";
export { sgd, type SgdOptions } from "./train/optimizers/sgd.js";
export {
  constant,
  cosineDecay,
  exponentialDecay,
  oneCycle,
  warmUp,
  type OneCycleOptions,
  type Schedule,
} from "./train/loop/schedules.js";

// project: look
export { alignPoints } from "./project/align.js";
export {
  latentSpace,
  projectPca,
  type LatentSpace,
  type LatentSpaceOptions,
  type LatentSpacePoint,
  type Projected,
  type Projection,
} from "./project/latent-space.js";
export { applyPca, fitPca, type Pca, type PcaOptions } from "./project/pca.js";

// integrations: what other frameworks expect
