/**
 * Natural Questions from parquet files, local or by URL.
 *
 * @module
 */
export {
  readNaturalQuestionsParquet,
  type ParquetSource,
  type ReadParquetOptions,
} from "./data/natural-questions/read-parquet.js";
