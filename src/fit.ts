/**
 * Closed forms beside `fitRca`: a prior from the corpus, ridge, a rotation, fewer dimensions, fits from statistics that add up over
 * machines, and bridges from a new model's space into an old index.
 *
 * @module
 */

export { fitCorpusPrior, type CorpusPriorOptions } from "./fit/fit-corpus-prior.js";
export { fitRidge, type RidgeOptions } from "./fit/fit-ridge.js";
export { fitProcrustes, type ProcrustesOptions } from "./fit/fit-procrustes.js";
export { fitLda, type ReductionOptions } from "./fit/fit-lda.js";
export { fitCca } from "./fit/fit-cca.js";
export { reduceAdapter } from "./fit/reduce-adapter.js";
export {
  collectPairStatistics,
  mergePairStatistics,
  pairStatistics,
  type PairStatistics,
  type PairStatisticsOptions,
  type PairStatisticsStreamOptions,
} from "./fit/statistics/pair-statistics.js";
export {
  decodePairStatistics,
  encodePairStatistics,
} from "./fit/statistics/pair-statistics-encode.js";
export { mergeStoredStatistics, type MergeStoredOptions } from "./fit/statistics/merge-stored.js";
export type { StatisticsFitOptions } from "./fit/statistics/pair-statistics-fit.js";
export type { SpreadStatistics } from "./fit/statistics/spread-statistics.js";
export { fitFromStatistics } from "./tune/fit-from-statistics.js";
export { fitBridge } from "./fit/bridge/fit-bridge.js";
export type {
  Bridge,
  BridgeCandidate,
  BridgeCurvePoint,
  BridgeFigure,
  BridgeOptions,
} from "./fit/bridge/bridge.js";
export {
  judgeBridge,
  type BridgeJudgement,
  type BridgeRecall,
  type BridgeRetrieval,
  type JudgeBridgeOptions,
  type LabelledBridge,
} from "./fit/bridge/judge-bridge.js";
export type { BridgeMethod, BridgePoint } from "./fit/bridge/bridge-maps.js";
