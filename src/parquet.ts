/**
 * Natural Questions from parquet files, local or by URL.
 *
 * @module
 */
export {
  readNaturalQuestionsParquet,
  type ParquetSource,
  type ReadParquetOptions,
} from "./data/sources/read-parquet.js";
