/**
 * Natural Questions from parquet files, local or by URL.
 *
 * @module
 */
export {
  readNaturalQuestionsParquet,
  type ParquetFile,
  type ParquetSource,
  type ReadParquetOptions,
} from "./data/natural-questions/read-parquet.js";
