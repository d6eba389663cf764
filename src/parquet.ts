/**
 * Natural Questions from parquet files, local or by URL.
 *
 * @module
 */
export {
  readNaturalQuestionsParquet,
  type ReadParquetOptions,
} from "./data/natural-questions/read-parquet.js";
export type { ParquetFile, ParquetSource } from "./data/parquet/parquet-file.js";
