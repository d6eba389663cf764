import { checkChoice, checkInteger, refuse } from "../../../base/checks.js";
import type {
  MigrationPlan,
  MigrationRows,
  MigrationSession,
  MigrationSource,
  MigrationTarget,
} from "../store.js";
import { originComment, readOrigin, readTable, type TableShape } from "./catalog.js";
import { connect, type Connection, type PgCopyStreams, type PostgresClient } from "./client.js";
import { indexStatements } from "./indexes.js";
import { fetchRows } from "./rows.js";
import { createSession, type Memory, type Placement, type PostgresSession } from "./session.js";
import { checkName, quoteName, quoteText, withEnding } from "./sql.js";
import { columnPlacement, markName, tablePlacement, type TriggerChoice } from "./targets.js";
import { columnNotes, firingTriggers, whyNotSwapped } from "./surroundings.js";
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

/** Tables that are being migrated in this process: PGlite has one session, to which its lock is its own. */
const busy = /* @__PURE__ */ new WeakMap<object, Set<number>>();

/** What each table stands for: two of the same column of the same client are as good as one. */
const places = /* @__PURE__ */ new WeakMap<object, { client: object; column: string }>();

/**
 * The vectors of a table, to be migrated to a new column or table of the same database. Rows whose vector is NULL stay as
 * they are.
 *
 * @param client `pg`'s `Pool` or `Client`, PGlite, or anything with `query(text, params)`. Not closed.
 */
export function pgvectorTable(
  client: PostgresClient,
  options: PgvectorTableOptions,
): PgvectorTable {
  // Whoever comes without types forgets the table.
  const given = (options ?? {}) as PgvectorTableOptions;
  const { table: name, schema, vector = "embedding", id, watermark, copyStreams } = given;
  const { lockTimeout = 5000 } = given;
  const place = "pgvectorTable";
  checkInteger(lockTimeout, `${place}: lockTimeout`, { least: 0 });
  for (const [option, value] of Object.entries({ table: name, vector })) {
    if (typeof value !== "string" || value === "") refuse(`${place}: ${option}`, "a name", value);
  }
  const sourceColumn = JSON.stringify([schema ?? null, name, vector]);
  const look = async (connection: Connection): Promise<TableShape> => {
    const key = id === undefined ? undefined : [id].flat();
    const shape = await readTable(connection, { name, schema }, { vector, id: key });
    if (watermark !== undefined && !shape.columns.has(watermark)) {
      refuse(
        `${place}: watermark`,
        `a column of ${[...shape.columns.keys()].join(", ")}`,
        watermark,
      );
    }
    return shape;
  };

  /** One session at a time on a table, in this process and in others. */
  const begin = async (): Promise<{
    readonly connection: Connection;
    readonly shape: TableShape;
    readonly end: () => Promise<void>;
  }> => {
    const connection = await connect(client, copyStreams, place);
    const ends: (() => Promise<unknown>)[] = [() => connection.close()];
    const end = async (): Promise<void> => {
      for (const one of ends.splice(0).reverse()) await one().catch(() => undefined);
    };
    try {
      const shape = await look(connection);
      const tables = busy.get(client) ?? new Set();
      busy.set(client, tables);
      const lock = `hashtextextended('embedtune ${shape.oid}', 0)`;
      const taken =
        tables.has(shape.oid) ||
        (await connection.query(`select pg_try_advisory_lock(${lock}) as ok`))[0].ok !== true;
      if (taken) {
        throw new Error(`${shape.name}: another migration of this table is at work; wait for it`);
      }
      tables.add(shape.oid);
      ends.push(async () => {
        tables.delete(shape.oid);
        await connection.query(`select pg_advisory_unlock(${lock})`);
      });
      const [{ hidden }] = await connection.query(
        "select row_security_active($1::text::oid) as hidden",
        [String(shape.oid)],
      );
      if (hidden === true) {
        throw new Error(
          `${shape.name}: row level security hides rows from this role; migrate as the owner or with BYPASSRLS`,
        );
      }
      return { connection, shape, end };
    } catch (error) {
      await end();
      throw error;
    }
  };

  const checkSource = (source: MigrationSource, target: string): void => {
    const other = source === undefined ? undefined : places.get(source);
    if (other?.client === client && other.column === sourceColumn) return;
    refuse("migrate: source", `the ${place}(…) whose ${target} is the target`, source?.name);
  };

  /** Opens a session; what fails in between gives the connection back. */
  const openWith = async (
    plan: MigrationPlan,
    memory: Memory,
    prepare: (
      connection: Connection,
      shape: TableShape,
    ) => Promise<{ placement: Placement; texts: PostgresSession["texts"] }>,
  ): Promise<MigrationSession> => {
    const { connection, shape, end } = await begin();
    try {
      const origin =
        readOrigin(shape.vector.comment) ??
        (readOrigin(shape.comment)?.was === null ? null : readOrigin(shape.comment));
      if (origin !== null) {
        throw new Error(
          `${shape.name}.${vector}: these vectors went through an adapter already (${origin.madeBy}); the untouched ones are in ${origin.from}: undo that switch first, or migrate from there`,
        );
      }
      await checkDimensions(connection, shape, plan, self.name);
      const { placement, texts } = await prepare(connection, shape);
      const parts = { table: shape, plan, watermark, memory, lockTimeout };
      return createSession(connection, { ...parts, placement, texts, close: end });
    } catch (error) {
      await end();
      throw error;
    }
  };

  const self: PgvectorTable = {
    name: `${name}.${vector}`,
    async *read(plan, skip = 0): AsyncGenerator<MigrationRows, void, undefined> {
      const connection = await connect(client, copyStreams, place);
      try {
        const shape = await look(connection);
        const keys = shape.key.map((column) => `t.${quoteName(column.name)}`);
        let after = "";
        let offset = skip;
        for (;;) {
          plan.signal?.throwIfAborted();
          const found = await fetchRows(connection, shape, {
            mark: "md5('')::uuid",
            stale: "false",
            from: `from ${shape.quoted} t where t.${quoteName(vector)} is not null ${after}
              order by ${keys.join(", ")} limit ${plan.rowsPerBlock} offset ${offset}`,
          });
          if (found === null) return;
          offset = 0;
          yield found.rows;
          const last = found.state.keys.map(
            (column, i) => `${quoteText(column[column.length - 1])}::${shape.key[i].type}`,
          );
          after = `and (${keys.join(", ")}) > (${last.join(", ")})`;
        }
      } finally {
        await connection.close();
      }
    },
    newColumn(
      column,
      { type, rename = true, keep = withEnding(vector, "_before"), triggers = "refuse" } = {},
    ) {
      checkChoice(triggers, "newColumn: triggers", ["refuse", "fire", "skip"]);
      const memory: Memory = {};
      checkName(column, "newColumn: name", markName(""));
      if (rename) checkName(keep, "newColumn: keep");
      if (rename && keep === column) refuse("newColumn: keep", "another name than the new", keep);
      return {
        name: `${name}.${column}`,
        open: (source, plan) =>
          openWith(plan, memory, async (connection, shape) => {
            checkSource(source, "newColumn");
            const kind = type ?? shape.vector.kind;
            checkChoice(kind, "newColumn: type", ["vector", "halfvec"]);
            checkSize(plan, shape.name);
            if (rename && shape.columns.has(keep)) {
              refuse("newColumn: keep", "a name that no column has", keep);
            }
            const firing = triggers === "refuse" ? await firingTriggers(connection, shape) : [];
            if (firing.length > 0) {
              throw new Error(
                `${shape.name}: the triggers ${firing.join(", ")} would run for every row; choose triggers: "skip" or "fire", or a newTable`,
              );
            }
            await addColumn(connection, shape, { column, kind, plan, memory });
            const names = { column, keep, rename };
            const alter = `alter table ${shape.quoted}`;
            return {
              placement: columnPlacement(shape, names, { kind, plan, triggers }),
              texts: {
                beforeSwitch: await indexStatements(connection, shape, {
                  ...{ table: shape.quoted, column, kind, suffix: "adapted" },
                  dimensions: plan.outputDimensions,
                }),
                afterSwitch: rename
                  ? [
                      `${alter} drop column ${quoteName(keep)}`,
                      `${alter} drop column ${quoteName(markName(column))}`,
                    ]
                  : [],
                notes: rename ? await columnNotes(connection, shape) : [],
              },
            };
          }),
        undo: () => undoColumn({ rename, begin, vector }),
      };
    },
    newTable(table, { type, rename = true, keep = withEnding(name, "_before") } = {}) {
      const memory: Memory = {};
      checkName(table, "newTable: name");
      if (rename) checkName(keep, "newTable: keep");
      if (rename && keep === table) refuse("newTable: keep", "another name than the new", keep);
      return {
        name: table,
        open: (source, plan) =>
          openWith(plan, memory, async (connection, shape) => {
            checkSource(source, "newTable");
            const kind = type ?? shape.vector.kind;
            checkChoice(kind, "newTable: type", ["vector", "halfvec"]);
            checkSize(plan, shape.name);
            const reasons = rename ? await whyNotSwapped(connection, shape, keep) : [];
            if (reasons.length > 0) {
              throw new Error(
                `${shape.name}: its name cannot be given to another table: ${reasons.join("; ")}. Choose a newColumn, or rename: false and read ${table} by its name`,
              );
            }
            await addTable(connection, shape, { table, kind, plan, memory });
            const there = `${quoteName(shape.schema)}.${quoteName(table)}`;
            return {
              placement: tablePlacement(shape, { table, keep, rename }, { kind, plan }),
              texts: {
                beforeSwitch: await indexStatements(connection, shape, {
                  ...{ table: there, column: vector, kind, suffix: "adapted" },
                  dimensions: plan.outputDimensions,
                }),
                afterSwitch: rename
                  ? [
                      `drop table ${quoteName(shape.schema)}.${quoteName(keep)}`,
                      `alter table ${shape.quoted} drop column ${quoteName(markName(vector))}`,
                    ]
                  : [],
                notes: [],
              },
            };
          }),
        undo: () => undoTable({ rename, begin }),
      };
    },
  };
  places.set(self, { client, column: sourceColumn });
  return self;
}

/** Before anything is made, that another adapter would then find there. */
async function checkDimensions(
  connection: Connection,
  { quoted, vector }: TableShape,
  { inputDimensions }: MigrationPlan,
  place: string,
): Promise<void> {
  const column = `t.${quoteName(vector.name)}`;
  const rows = await connection.query(
    `select ${vector.extension}.vector_dims(${column}) as dimensions from ${quoted} t where ${column} is not null limit 1`,
  );
  for (const { dimensions } of rows) {
    if (Number(dimensions) === inputDimensions) continue;
    refuse(`${place}: dimensions`, `the adapter's ${inputDimensions}`, Number(dimensions));
  }
}

function checkSize({ outputDimensions }: MigrationPlan, name: string): void {
  if (outputDimensions <= 16_000) return;
  throw new RangeError(
    `${name}: pgvector holds at most 16000 dimensions, received an adapter to ${outputDimensions}`,
  );
}

const other = (name: string, origin: { readonly madeBy: string } | null, plan: MigrationPlan) =>
  new Error(
    origin === null
      ? `${name}: is there already and no migration has made it; choose another name`
      : `${name}: was begun with another adapter or side (${origin.madeBy}, now ${plan.madeBy}); drop it to begin anew, or choose another name`,
  );

interface Making {
  readonly kind: VectorType;
  readonly plan: MigrationPlan;
  readonly memory: Memory;
}

async function addColumn(
  connection: Connection,
  shape: TableShape,
  { column, kind, plan, memory }: Making & { readonly column: string },
): Promise<void> {
  const there = shape.columns.get(column);
  const place = `${shape.name}.${column}`;
  if (there !== undefined) {
    const origin = readOrigin(there.comment);
    if (origin?.madeBy !== plan.madeBy || origin.from !== shape.vector.name) {
      throw other(place, origin, plan);
    }
    return;
  }
  delete memory.since;
  const type = `${shape.vector.extension}.${kind}(${plan.outputDimensions})`;
  const origin = { madeBy: plan.madeBy, from: shape.vector.name, was: null };
  await attempt(`${place}: cannot be added`, () =>
    connection.transaction(async (inside) => {
      await inside.query(
        `alter table ${shape.quoted} add column ${quoteName(column)} ${type}, add column ${quoteName(markName(column))} uuid`,
      );
      await inside.query(
        `comment on column ${shape.quoted}.${quoteName(column)} is ${quoteText(originComment(origin))}`,
      );
    }),
  );
}

async function addTable(
  connection: Connection,
  shape: TableShape,
  { table, kind, plan, memory }: Making & { readonly table: string },
): Promise<void> {
  const there = `${quoteName(shape.schema)}.${quoteName(table)}`;
  const [found] = await connection.query(
    "select obj_description(to_regclass($1), 'pg_class') as comment, to_regclass($1) is not null as exists",
    [there],
  );
  if (found.exists === true) {
    const origin = readOrigin(found.comment as string | null);
    if (origin?.madeBy !== plan.madeBy || origin.from !== shape.name)
      throw other(table, origin, plan);
    return;
  }
  delete memory.since;
  const columns = [
    ...shape.key.map(({ name, type }) => `${quoteName(name)} ${type} not null`),
    `${quoteName(shape.vector.name)} ${shape.vector.extension}.${kind}(${plan.outputDimensions}) not null`,
    `${quoteName(markName(shape.vector.name))} uuid`,
    `primary key (${shape.key.map(({ name }) => quoteName(name)).join(", ")})`,
  ];
  const origin = { madeBy: plan.madeBy, from: shape.name, was: null };
  await attempt(`${table}: cannot be made`, () =>
    connection.transaction(async (inside) => {
      await inside.query(`create table ${there} (${columns.join(", ")})`);
      await inside.query(`comment on table ${there} is ${quoteText(originComment(origin))}`);
    }),
  );
}

interface Undoing {
  readonly rename: boolean;
  readonly begin: () => Promise<{
    readonly connection: Connection;
    readonly shape: TableShape;
    readonly end: () => Promise<void>;
  }>;
}

/** The old column under its old name again, the new one under its own. */
async function undoColumn({ rename, begin, vector }: Undoing & { vector: string }): Promise<void> {
  const { connection, shape, end } = await begin();
  try {
    const origin = readOrigin(shape.vector.comment);
    if (!rename || origin?.was === null || origin === null) {
      throw new Error(`${shape.name}.${vector}: no switch to undo; the old vectors are in place`);
    }
    const alter = `alter table ${shape.quoted}`;
    const [v, w, kept] = [vector, origin.was, origin.from].map(quoteName);
    const back = originComment({ madeBy: origin.madeBy, from: vector, was: null });
    await attempt(`${shape.name}.${vector}: cannot be put back`, () =>
      connection.transaction(async (inside) => {
        await inside.query(`${alter} rename column ${v} to ${w}`);
        await inside.query(`${alter} rename column ${kept} to ${v}`);
        await inside.query(`comment on column ${shape.quoted}.${w} is ${quoteText(back)}`);
      }),
    );
  } finally {
    await end();
  }
}

async function undoTable({ rename, begin }: Undoing): Promise<void> {
  const { connection, shape, end } = await begin();
  try {
    const origin = readOrigin(shape.comment);
    if (!rename || origin?.was === null || origin === null) {
      throw new Error(`${shape.name}: no switch to undo; the old table is in place`);
    }
    const kept = `${quoteName(shape.schema)}.${quoteName(origin.from)}`;
    const again = `${quoteName(shape.schema)}.${quoteName(origin.was)}`;
    const back = originComment({ madeBy: origin.madeBy, from: shape.name, was: null });
    await attempt(`${shape.name}: cannot be put back`, () =>
      connection.transaction(async (inside) => {
        await inside.query(`alter table ${shape.quoted} rename to ${quoteName(origin.was!)}`);
        await inside.query(`alter table ${kept} rename to ${quoteName(shape.name)}`);
        await inside.query(`comment on table ${again} is ${quoteText(back)}`);
      }),
    );
  } finally {
    await end();
  }
}

/** Says what could not be done before what PostgreSQL says of it. */
async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new Error(`${what}: ${(cause as Error).message}`, { cause });
  }
}
