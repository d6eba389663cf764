/**
 * Closed forms beside `fitRca`: fewer dimensions, and fits from statistics that add up over machines.
 *
 * @module
 */

export { fitCca, fitLda, reduceAdapter, type ReductionOptions } from "./fit/families/reduction.js";
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
