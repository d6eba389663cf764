export { loadAdapter, saveAdapter } from "./adapter/files.js";
export {
  loadKnownQuestions,
  loadMovedPassages,
  saveKnownQuestions,
  saveMovedPassages,
} from "./adapter/answered/files/files.js";
export { createLmdbStore, type LmdbStoreOptions } from "./embed/stores/lmdb-store.js";
export {
  readNaturalQuestions,
  type ReadNaturalQuestionsOptions,
} from "./data/natural-questions/read-natural-questions.js";
export { readPairs, type ReadPairsOptions } from "./data/pairs/read-pairs.js";
export {
  beirPairs,
  readBeir,
  type BeirData,
  type ReadBeirOptions,
} from "./data/pairs/read-beir.js";
export type { BeirPassage } from "./data/pairs/beir-folder.js";
export { dprPairs, readDpr, type DprPassage, type DprQuestion } from "./data/pairs/read-dpr.js";
export { readTuningFiles } from "./data/tuning-files/read-tuning-files.js";
export type {
  ReadTuningFilesOptions,
  TuningColumns,
  TuningFileFormat,
  TuningFiles,
  TuningFilesData,
} from "./data/tuning-files/types.js";
export {
  vectorFileBlocks,
  type VectorFileBlocksOptions,
} from "./data/vector-files/vector-file-blocks.js";
export { decodeNpz } from "./data/sources/npz.js";
export { readSearchLog, type ReadSearchLogOptions } from "./data/search-log/read-search-log.js";
export type { SearchLogFields } from "./data/search-log/search-log-record.js";
export type { PairFields } from "./data/pairs/pair-record.js";
export type { Source } from "./data/sources/open-source.js";
export type { ReadCounts, ReadOptions, RecordStream } from "./data/sources/read-records.js";
export type { RecordRange } from "./data/sources/record-range.js";
export { saveDecision, type SaveDecisionOptions } from "./tune/files/save-decision.js";
export { tuneFiles, type TunedFiles, type TuneFilesOptions } from "./tune/files/tune-files.js";
export { loadProbes } from "./tune/files/load-probes.js";
export { loadDecision, type SavedDecision } from "./tune/files/load-decision.js";
