/**
 * An index that exists, mapped by an adapter beside the old one and put in its place: PostgreSQL with pgvector, files, Qdrant,
 * and whatever store has the four functions.
 *
 * @module
 */
export { migrate, type MigrateOptions, type Migration } from "./integrations/migrate/migrate.js";
export type { AdaptOptions } from "./integrations/migrate/adapt-rows.js";
export { pgvectorTable } from "./integrations/migrate/postgres/pgvector-table.js";
export type {
  NewColumnOptions,
  NewTableOptions,
  PgvectorTable,
  PgvectorTableOptions,
} from "./integrations/migrate/postgres/options.js";
export {
  vectorFile,
  type VectorFile,
  type VectorFileOptions,
} from "./integrations/migrate/files/vector-file.js";
export {
  qdrantCollection,
  type QdrantCollection,
  type QdrantCollectionOptions,
} from "./integrations/migrate/qdrant/qdrant-collection.js";
export type { QdrantOptions } from "./integrations/migrate/qdrant/requests.js";
export type { PgCopyStreams, PostgresClient } from "./integrations/migrate/postgres/client.js";
export type {
  MigrationCheck,
  MigrationPlan,
  MigrationRows,
  MigrationSession,
  MigrationSource,
  MigrationTarget,
} from "./integrations/migrate/store.js";
