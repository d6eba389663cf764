export { loadAdapter, saveAdapter } from "./adapter/files.js";
export { createLmdbStore, type LmdbStoreOptions } from "./embed/lmdb-store.js";
export {
  readNaturalQuestions,
  type ReadNaturalQuestionsOptions,
} from "./data/read-natural-questions.js";
export { readPairs, type ReadPairsOptions } from "./data/read-pairs.js";
export {
  readBeir,
  type BeirData,
  type BeirJudgement,
  type BeirText,
  type ReadBeirOptions,
} from "./data/read-beir.js";
export { dprPairs, readDpr, type DprPassage, type DprQuestion } from "./data/read-dpr.js";
export type { PairFields } from "./data/pair-record.js";
export type { Source } from "./data/open-source.js";
export type { ReadCounts, ReadOptions, RecordStream } from "./data/read-records.js";
