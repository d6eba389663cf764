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
} from "./math/kernel.js";
export { topK, topKWith, type TopK, type TopKOptions } from "./math/top-k.js";
export { kernelEngine, type ProductEngine } from "./math/product-engine.js";
export { symmetricEigen, type SymmetricEigen, type SymmetricEigenOptions } from "./math/eigen.js";
export { cholesky, choleskySolve, type Cholesky } from "./math/cholesky.js";
export { symmetricPower, type SymmetricPowerOptions } from "./math/matrix-power.js";
export { covariance, type Covariance, type CovarianceOptions } from "./math/covariance.js";
export { randomizedSvd, type RandomizedSvdOptions, type Svd } from "./math/randomized-svd.js";
export { cosineRows } from "./math/cosine-rows.js";
export { cosineSimilarity, normalizeRows } from "./math/vectors.js";
export { createRandom, type Random } from "./math/random.js";
export type { LongJobOptions, Progress } from "./math/progress.js";

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
export { parseNaturalQuestion } from "./data/natural-question.js";
export { simplifyNaturalQuestion } from "./data/simplify.js";
export { naturalText } from "./data/natural-text.js";
export type { CleanTextOptions } from "./data/clean-text.js";
export { groupedSplit, type GroupedSplitOptions, type Split } from "./data/grouped-split.js";
export { groupedFolds, type Fold, type GroupedFoldsOptions } from "./data/grouped-folds.js";
export type { GroupingOptions } from "./data/assign-groups.js";
export { leakReport, type LeakReport, type LeakReportOptions } from "./data/leak-report.js";
export type { NearDuplicate } from "./data/shingles.js";
export {
  questionStatistics,
  type Distribution,
  type QuestionStatistics,
} from "./data/statistics.js";
export { decodeNpy, encodeNpy } from "./data/npy.js";

// negatives: sample
export { createBm25Index, type Bm25Options } from "./negatives/bm25.js";
export { toPairColumns, type PairTable } from "./negatives/columns.js";
export type { DropCounts } from "./negatives/counts.js";
export { goldSpans, pageOf, type GoldSpan } from "./negatives/gold.js";
export {
  answerGuard,
  goldGuard,
  shortAnswersOf,
  type GuardReason,
  type NegativeGuard,
} from "./negatives/guards.js";
export {
  toLabelledLists,
  toLabelledPairs,
  toTriplets,
  toTuples,
  type LabelledList,
  type NTuple,
  type ScoredPair,
  type Triplet,
} from "./negatives/mined-formats.js";
export { mineHardNegatives, type MinedNegatives, type MinedQuery } from "./negatives/mine.js";
export type { MiningOptions } from "./negatives/mining-options.js";
export {
  miningTexts,
  type MiningTexts,
  type MiningTextsOptions,
} from "./negatives/mining-texts.js";
export type { Neighbor, NeighborIndex, ScorePassages } from "./negatives/neighbors.js";
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
} from "./negatives/positives.js";
export {
  samePageCandidates,
  sampleSamePageNegatives,
  type SamePageCandidates,
  type SamePageCandidatesOptions,
  type SamePageDrop,
  type SamePageEntry,
  type SamePageNegativesOptions,
} from "./negatives/same-page.js";
export type { SampledNegatives } from "./negatives/sampled.js";
export type { MinedPassage, MiningDrop } from "./negatives/select-negatives.js";
export { tokenizeWords, type Bm25Tokenizer } from "./negatives/tokenize.js";
export {
  vectorIndex,
  type MiningVectors,
  type VectorIndexOptions,
} from "./negatives/vector-index.js";
export {
  lookupVectors,
  matrixOfTexts,
  type SideVectors,
  type VectorLookup,
} from "./negatives/vectors.js";
export { sampleWeakNegatives, type WeakDrop, type WeakNegativesOptions } from "./negatives/weak.js";

// embed: texts to vectors
export type { EmbeddedBatch, EmbedOptions, Embedder } from "./embed/embedder.js";
export { createHashingEmbedder, type HashingEmbedderOptions } from "./embed/hashing-embedder.js";
export { fitHashingIdf, type HashingIdf } from "./embed/hashing-idf.js";
export {
  withCache,
  type CachedEmbedder,
  type CacheOptions,
  type CacheStatistics,
} from "./embed/cache.js";
export type { StoredPrecision } from "./embed/vector-record.js";
export type { VectorStore, VectorStoreEntry } from "./embed/vector-store.js";
export { createMemoryStore, type MemoryStoreOptions } from "./embed/memory-store.js";
export { createKeyvStore, type KeyvLike, type KeyvStoreOptions } from "./embed/keyv-store.js";
export { withPrefixes, type Prefixes } from "./embed/prefixed-embedder.js";
export {
  createFunctionEmbedder,
  type EmbedFunction,
  type FunctionEmbedderOptions,
} from "./embed/function-embedder.js";
export { RefusedTextsError, type RefusedText } from "./embed/refused-texts.js";

// evaluate: measure honestly
export {
  ACCEPT_ALL,
  REJECT_ALL,
  fitThreshold,
  formatThreshold,
  type FitThresholdOptions,
  type ThresholdCriterion,
  type ThresholdFit,
} from "./evaluate/threshold.js";
export {
  formatNotebookThreshold,
  notebookThreshold,
  type NotebookThreshold,
} from "./evaluate/notebook-threshold.js";
export { accuracyAtThreshold, type AccuracyFigure } from "./evaluate/accuracy.js";
export {
  normalInterval,
  wilsonInterval,
  type Interval,
  type IntervalOptions,
} from "./evaluate/intervals.js";
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
} from "./evaluate/confusion.js";
export {
  classificationReport,
  confusionMatrix,
  type ClassFigures,
  type ClassificationReport,
} from "./evaluate/classification-report.js";
export { rocAuc } from "./evaluate/roc.js";
export {
  areaUnderCurve,
  precisionRecallCurve,
  rocCurve,
  type PrecisionRecallCurve,
  type RocCurve,
} from "./evaluate/curves.js";
export { averagePrecision } from "./evaluate/average-precision.js";
export {
  applyCalibration,
  brierScore,
  calibrationCurve,
  expectedCalibrationError,
  fitCalibration,
  type Calibration,
  type CalibrationBin,
  type FitCalibrationOptions,
} from "./evaluate/calibration.js";
export type { IsotonicCalibration } from "./evaluate/isotonic.js";
export type { PlattCalibration } from "./evaluate/platt.js";
export {
  labelHistogram,
  scoreOverlap,
  type HistogramOptions,
  type LabelHistogram,
  type Overlap,
} from "./evaluate/overlap.js";
export { pairCosines } from "./evaluate/pair-cosines.js";
export {
  evaluateScores,
  type EvaluateScoresOptions,
  type ScoreEvaluation,
} from "./evaluate/evaluate-scores.js";
export {
  evaluateTriplets,
  type TripletColumns,
  type TripletEvaluation,
  type EvaluateTripletsOptions,
} from "./evaluate/triplets.js";
export {
  evaluateRetrieval,
  type RetrievalEvaluation,
  type RetrievalOptions,
} from "./evaluate/retrieval.js";
export { rankRelevant } from "./evaluate/rank-relevant.js";
export { rankingOf, retrieve, toRun, type Ranking } from "./evaluate/retrieve.js";
export type { Gain } from "./evaluate/rank-metrics.js";
export type { RetrievalFigures } from "./evaluate/summarize-ranked.js";
export {
  evaluateRun,
  type EvaluateRunOptions,
  type RunEvaluation,
} from "./evaluate/evaluate-run.js";
export {
  formatQrels,
  formatRun,
  parseQrels,
  parseRun,
  type Qrels,
  type Retrieved,
  type Run,
} from "./evaluate/trec-format.js";
export {
  comparePaired,
  type CompareOptions,
  type Comparison,
  type Verdict,
} from "./evaluate/compare.js";
export {
  compareRetrieval,
  type CompareRetrievalOptions,
  type RetrievalComparison,
} from "./evaluate/compare-retrieval.js";
export {
  compareScores,
  type ScoreComparison,
  type ScoresAtThreshold,
} from "./evaluate/compare-scores.js";
export {
  queryChanges,
  type QueryChange,
  type QueryChanges,
  type QueryChangesOptions,
} from "./evaluate/query-changes.js";
export {
  pairedBootstrap,
  type BootstrapDifference,
  type BootstrapOptions,
} from "./evaluate/paired-bootstrap.js";
export {
  pairedPermutation,
  type PermutationOptions,
  type PermutationTest,
} from "./evaluate/paired-permutation.js";
export { mcnemar, rightAtThreshold, type McNemarTest } from "./evaluate/mcnemar.js";
export {
  bucketOf,
  sliceBy,
  sliceRetrieval,
  sliceScores,
  type Slice,
  type SliceKey,
  type SliceOptions,
} from "./evaluate/slices.js";
export {
  learningCurve,
  type LearningCurveOptions,
  type LearningCurvePoint,
} from "./evaluate/learning-curve.js";
export { toPlain, type Plain } from "./evaluate/to-plain.js";
export { formatMarkdownTable, formatTerminalTable, type Table } from "./evaluate/table.js";
export {
  comparisonTable,
  reportTable,
  retrievalTable,
  scoresTable,
  slicesTable,
} from "./evaluate/tables.js";

// adapter: apply
export type { Adapter, AdapterMetadata, AdapterSide, LowRankUpdate } from "./adapter/adapter.js";
export { applyAdapter, type ApplyOptions } from "./adapter/apply.js";
export { decodeAdapter, encodeAdapter } from "./adapter/encode.js";
export { identityAdapter } from "./adapter/identity.js";

// train: fit
export {
  fitRca,
  type RcaCandidate,
  type RcaFit,
  type RcaOptions,
} from "./train/closed-form/rca.js";
export type { TrainingPairs } from "./train/closed-form/training-pairs.js";
export type { RankingMetrics } from "./train/closed-form/ranking-metrics.js";
export type { ChoiceMetric } from "./train/closed-form/cross-validate.js";
export type { Parameters } from "./train/closed-form/family.js";
export {
  fitCca,
  fitLda,
  reduceAdapter,
  type ReductionOptions,
} from "./train/closed-form/reduction.js";
export {
  fitAdapter,
  type FitAdapterOptions,
  type FitAdapterRow,
  type FittedAdapter,
} from "./train/fit-adapter.js";
export type { CandidateName } from "./train/fit-adapter-candidates.js";
export {
  collectPairStatistics,
  mergePairStatistics,
  pairStatistics,
  type PairStatistics,
} from "./train/pair-statistics.js";
export { decodePairStatistics, encodePairStatistics } from "./train/pair-statistics-encode.js";
export { fitFromStatistics, type StatisticsFitOptions } from "./train/pair-statistics-fit.js";
export {
  adapterLearningCurve,
  type AdapterLearningCurve,
  type AdapterLearningCurveOptions,
  type AdapterLearningCurvePoint,
} from "./train/learning-curve.js";
export { trainMatrix, type TrainedMatrix } from "./train/matrix-trainer.js";
export type { EpochState, TrainMatrixOptions, TrainingStart } from "./train/training-options.js";
export type { TrainingData } from "./train/training-data.js";
export {
  trainingMetrics,
  type EpochRecord,
  type TrainingFigures,
  type TrainingMetric,
} from "./train/history.js";
export { decodeCheckpoint, encodeCheckpoint, type TrainingCheckpoint } from "./train/checkpoint.js";
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
export { DivergenceError } from "./train/divergence-error.js";
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
} from "./train/schedules.js";

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
