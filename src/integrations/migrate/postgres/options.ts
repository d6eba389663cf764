import type { MigrationSource, MigrationTarget } from "../store.js";
import type { PgCopyStreams } from "./client.js";
import type { TriggerChoice } from "./targets.js";
import type { VectorType } from "./wire.js";

export interface PgvectorTableOptions {
  /** Its name as it is, unquoted and without its schema. */
  readonly table: string;
  /** @default the first of the search path that has the table */
  readonly schema?: string | undefined;
  /** The column of the vectors, of the type `vector` or `halfvec`. @default "embedding" */
  readonly vector?: string | undefined;
  /** The column or columns that tell rows apart, unique and not null. @default the primary key */
  readonly id?: string | readonly string[] | undefined;
  /**
   * A column that every change of a row changes, such as `updated_at` or a version: rows of which it is what it was when they
   * were copied are not read again. @default none: vectors are compared by a hash
   */
  readonly watermark?: string | undefined;
  /** The package `pg-copy-streams`, for clients of `pg`; without it rows come and go as parameters. PGlite needs none. */
  readonly copyStreams?: PgCopyStreams | undefined;
  /** Milliseconds that the switch waits for the transactions of others before it gives up. @default 5000 */
  readonly lockTimeout?: number | undefined;
}

interface TypeOption {
  /** The type of the new vectors. @default that of the old */
  readonly type?: VectorType | undefined;
  /**
   * Whether the switch changes names, so that the application reads the new vectors by the old name. Else both stay beside
   * each other, and the application names the one it reads.
   * @default true
   */
  readonly rename?: boolean | undefined;
  /** What holds the untouched vectors after the switch. @default the old name and "_before" */
  readonly keep?: string | undefined;
}

export interface NewColumnOptions extends TypeOption {
  /**
   * What to do where triggers run on every update of the table: refuse, let them run, or leave them out (which needs the
   * right to set session_replication_role).
   * @default "refuse"
   */
  readonly triggers?: TriggerChoice | undefined;
}

export type NewTableOptions = TypeOption;

/** A table of PostgreSQL with a column of pgvector's. */
export interface PgvectorTable extends MigrationSource {
  /**
   * A new column beside the old one: the way for a table that holds more than vectors. Every row is updated once, and so are
   * the indexes of the table.
   */
  newColumn(name: string, options?: NewColumnOptions): MigrationTarget<PgvectorTable>;
  /**
   * A new table of the key and the vector: quicker, and nothing of the old one is touched. The names are swapped only where
   * the old table holds nothing else and nothing refers to it; else `rename: false`.
   */
  newTable(name: string, options?: NewTableOptions): MigrationTarget<PgvectorTable>;
}
