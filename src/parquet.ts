/**
 * Natural Questions from parquet files, local or by URL; records as a parquet file.
 *
 * @module
 */
export {
  readNaturalQuestionsParquet,
  type ReadParquetOptions,
} from "./data/natural-questions/read-parquet.js";
export { encodeParquet } from "./data/parquet/encode-parquet.js";
export type { ParquetFile, ParquetSource } from "./data/parquet/parquet-file.js";
