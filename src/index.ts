/**
 * embedtune: customise text embeddings to your own data. The functions a pipeline is assembled from, in the order data
 * flows. Everything here runs anywhere (browser, edge, Node); what needs a file system is in `embedtune/node`, parts in
 * the entry of their room, what needs a heavy package has an entry of its own.
 *
 * @module
 */

// base: what long jobs take, seeded random numbers
export { createRandom, type Random } from "./base/random.js";
export type { AbortSignalLike, LongJobOptions, Progress } from "./base/progress.js";

// math: the numeric form everything passes around
export { fromRows, type Matrix } from "./math/matrix.js";
export { cosineSimilarity } from "./math/vectors.js";

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
export type {
  CorpusText,
  CorpusTexts,
  JudgedTexts,
  RelevanceJudgement,
  PairedTexts,
  QueryText,
  TextPair,
  TuningData,
} from "./data/tuning-data.js";
export {
  layOutTexts,
  type ItemsOf,
  type TextCounts,
  type TextTables,
} from "./data/texts/text-tables.js";
export { DataError, type Place } from "./data/data-error.js";
export { parseNaturalQuestion } from "./data/natural-questions/natural-question.js";
export { simplifyNaturalQuestion } from "./data/natural-questions/simplify.js";
export { naturalText } from "./data/natural-questions/page/natural-text.js";
export type { CleanTextOptions } from "./data/natural-questions/page/clean-text.js";
export { groupedSplit, type GroupedSplitOptions, type Split } from "./data/split/grouped-split.js";
export { groupedFolds, type Fold, type GroupedFoldsOptions } from "./data/split/grouped-folds.js";
export type { GroupingOptions } from "./data/split/assign-groups.js";
export { leakReport, type LeakReport, type LeakReportOptions } from "./data/split/leak-report.js";
export type { NearDuplicate } from "./data/split/shingles.js";
export {
  questionStatistics,
  type CountDistribution,
  type QuestionStatistics,
  type QuestionStatisticsOptions,
} from "./data/natural-questions/statistics.js";
export { labelsFromLog, type LabelsFromLogOptions } from "./data/search-log/labels-from-log.js";
export type {
  Contradiction,
  LabelledLog,
  LogPair,
  LogReport,
  RankPropensity,
} from "./data/search-log/labelled-log.js";
export type { SearchClick, SearchLogRow } from "./data/search-log/search-log-row.js";
export { decodeNpy, encodeNpy } from "./data/sources/npy.js";

// embed: texts to vectors
export type {
  EmbeddedBatch,
  EmbeddingEstimate,
  EmbedOptions,
  Embedder,
  Range,
} from "./embed/embedder.js";
export { estimateEmbedding } from "./embed/estimate.js";
export { modelConventions, type ModelConventions } from "./embed/models/known-models.js";
export { withModelPrefixes } from "./embed/models/with-model-prefixes.js";
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
export type { KeyValueStore, KeyValueEntry } from "./embed/stores/key-value-store.js";
export { createMemoryStore, type MemoryStoreOptions } from "./embed/stores/memory-store.js";
export {
  createKeyvStore,
  type KeyvLike,
  type KeyvStoreOptions,
} from "./embed/stores/keyv-store.js";
export { withPrefixes, type Prefixes } from "./embed/prefixed-embedder.js";
export {
  createFunctionEmbedder,
  type EmbedFunction,
  type FunctionEmbedderOptions,
} from "./embed/function-embedder.js";
export { RefusedTextsError, type RefusedText } from "./embed/requests/refused-texts.js";

// negatives: sample
export { createBm25Index, type Bm25Options } from "./negatives/indexes/bm25-index.js";
export { toPairColumns, type PairTable } from "./negatives/pair-columns.js";
export type { DropCounts } from "./negatives/drop-counts.js";
export {
  mineHardNegatives,
  type MinedNegatives,
  type MinedQuery,
} from "./negatives/mining/mine-hard-negatives.js";
export type { MiningOptions } from "./negatives/mining/mining-options.js";
export {
  miningTexts,
  type MiningTexts,
  type MiningTextsOptions,
} from "./negatives/mining/mining-texts.js";
export type { Neighbor, NeighborIndex, ScorePassages } from "./negatives/indexes/neighbor-index.js";
export type { LengthOptions } from "./negatives/passage-length.js";
export {
  positivePairs,
  type PositiveDrop,
  type PositivePairs,
  type PositivePairsOptions,
} from "./negatives/natural-questions/positive-pairs.js";
export type {
  SamePageCandidates,
  SamePageCandidatesOptions,
  SamePageDrop,
  SamePageEntry,
} from "./negatives/samplers/same-page-candidates.js";
export {
  sampleSamePageNegatives,
  type SamePageNegativesOptions,
} from "./negatives/samplers/same-page-negatives.js";
export type { SampledNegatives } from "./negatives/samplers/sampled-negatives.js";
export type { MinedPassage, MiningDrop } from "./negatives/mining/select-negatives.js";
export {
  createVectorIndex,
  type MiningVectors,
  type VectorIndexOptions,
} from "./negatives/indexes/vector-index.js";
export {
  sampleWeakNegatives,
  type WeakDrop,
  type WeakNegativesOptions,
} from "./negatives/samplers/weak-negatives.js";

// evaluate: measure honestly
export {
  fitThreshold,
  type FitThresholdOptions,
  type ThresholdMetric,
  type ThresholdFit,
} from "./evaluate/pairs/thresholds/threshold.js";
export { pairCosines } from "./evaluate/pairs/pair-cosines.js";
export {
  evaluateScores,
  type EvaluateScoresOptions,
  type ScoreEvaluation,
} from "./evaluate/pairs/evaluate-scores.js";
export {
  evaluateRetrieval,
  type RetrievalEvaluation,
  type RetrievalOptions,
} from "./evaluate/retrieval/retrieval.js";
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

// adapter: apply
export type { Adapter, AdapterMetadata, AdapterSide, LowRankUpdate } from "./adapter/adapter.js";
export { applyAdapter, type ApplyOptions } from "./adapter/apply.js";
export { prepareAdapter, type PreparedAdapter } from "./adapter/prepared/prepare-adapter.js";
export { withAdapter, type AdaptedEmbedder } from "./adapter/adapted-embedder.js";
export type { EmbedderJudgement } from "./adapter/judgement.js";
export type { FitsOptions } from "./adapter/check-fits.js";
export { decodeAdapter, encodeAdapter } from "./adapter/encode.js";
export { identityAdapter } from "./adapter/identity.js";

// fit: closed forms
export { fitRca, type RcaOptions } from "./fit/fit-rca.js";
export type { TrainingPairs } from "./data/training-pairs.js";
export type { Parameters } from "./fit/families/family.js";

// train: by gradient
export { trainMatrix, type TrainedMatrix } from "./train/matrix-trainer.js";
export type { EpochState, TrainMatrixOptions, TrainingStart } from "./train/training-options.js";
export type { TrainingData } from "./train/training-data.js";
export type { TrainedSides } from "./train/model/adapter-model.js";

// tune: choose and judge
export { estimateTuning, tune, type TuneOptions } from "./tune/tune.js";
export { recheck, type Recheck, type RecheckOptions } from "./tune/recheck/recheck.js";
export type { Drift } from "./tune/recheck/drift.js";
export type { KeptProbes } from "./tune/recheck/probes.js";
export { labelTexts, type LabelledTexts } from "./tune/texts/label-texts.js";
export type { EmbeddingSetup } from "./tune/texts/embed-tables.js";
export type { GivenVectors, Vectors } from "./tune/texts/given-vectors.js";
export type { EmbeddingFacts, TunedDecision } from "./tune/texts/tuned.js";
export { fitAdapter, type FitAdapterOptions } from "./tune/fit-adapter.js";
export { fitForms, type FitFormsOptions } from "./tune/fit-forms.js";
export { serveForm, type RowIds, type ServedAnswers } from "./tune/serve-form.js";
export { judgeAdapter } from "./tune/judge-adapter.js";
export type { JudgeAdapterOptions, Judgement } from "./tune/judgement.js";
export type {
  Choice,
  CosineFigures,
  Decision,
  DecisionRow,
  FormDecision,
  Gain,
  GainOf,
  NearestPassages,
  OtherClaim,
  PairFigures,
  QuestionOutcome,
  Verdict,
} from "./tune/verdict/decision.js";
export type { MethodName } from "./tune/candidates/default-candidates.js";
export type { FormName } from "./tune/forms/form.js";
export type { ClaimName } from "./tune/claims/claims.js";
export type { LabelledVectors } from "./tune/claims/labelled-corpus.js";
export type { RankMetric } from "./tune/ranking/outcomes.js";
export {
  adapterLearningCurve,
  type AdapterLearningCurve,
  type AdapterLearningCurveOptions,
  type AdapterLearningCurvePoint,
} from "./tune/learning-curve.js";
