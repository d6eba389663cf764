export { loadAdapter, saveAdapter } from "./adapter/files.js";
export { createLmdbStore, type LmdbStoreOptions } from "./embed/lmdb-store.js";
export {
  readNaturalQuestions,
  type ReadNaturalQuestionsOptions,
} from "./data/read-natural-questions.js";
export type { Source } from "./data/open-source.js";
export type { ReadCounts, ReadOptions, RecordStream } from "./data/read-records.js";
