import { checkChoice, checkInteger, refuse } from "../../../base/checks.js";
import type { MigrationPlan, MigrationRows, MigrationSession, MigrationSource } from "../store.js";
import { readOrigin, readTable, type TableShape } from "./catalog.js";
import { connect, type Connection, type PostgresClient } from "./client.js";
import { indexStatements } from "./indexes.js";
import { lockTable, type LockedTable } from "./lock-table.js";
import { addColumn, addTable, checkDimensions, checkNames, chooseKind } from "./make-target.js";
import type { PgvectorTable, PgvectorTableOptions } from "./options.js";
import { fetchRows } from "./rows.js";
import { createSession, type Memory, type Placement, type PostgresSession } from "./session.js";
import { quoteName, quoteText, withEnding } from "./sql.js";
import { columnPlacement, markName, tablePlacement } from "./targets.js";
import { columnNotes, firingTriggers, whyNotSwapped } from "./surroundings.js";
import { undoColumn, undoTable } from "./undo-switch.js";

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

  const begin = (): Promise<LockedTable> =>
    lockTable(client, () => connect(client, copyStreams, place), look);

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
      const kept = rename ? keep : null;
      checkNames("newColumn", { name: column, keep: kept, ending: markName("") });
      return {
        name: `${name}.${column}`,
        open: (source, plan) =>
          openWith(plan, memory, async (connection, shape) => {
            checkSource(source, "newColumn");
            const kind = chooseKind("newColumn", shape, type, plan);
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
      checkNames("newTable", { name: table, keep: rename ? keep : null });
      return {
        name: table,
        open: (source, plan) =>
          openWith(plan, memory, async (connection, shape) => {
            checkSource(source, "newTable");
            const kind = chooseKind("newTable", shape, type, plan);
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
