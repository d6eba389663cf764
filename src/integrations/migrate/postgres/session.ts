import type { MigrationCheck, MigrationPlan, MigrationRows, MigrationSession } from "../store.js";
import type { TableShape } from "./catalog.js";
import type { Connection } from "./client.js";
import { bytesOf, decodeRows, fetchRows, idsOf, type RowState } from "./rows.js";
import { quoteName, quoteText } from "./sql.js";
import type { VectorType } from "./wire.js";

/** How a target of PostgreSQL differs from another: where its vectors lie, and how they take the old ones' place. */
export interface Placement {
  /** For messages. */
  readonly name: string;
  /** What follows `from` where the table is read as t: the table, and the target beside it. */
  readonly joined: string;
  /** Of a joined row: the adapted vector, and what its mark says the untouched one was. */
  readonly vector: string;
  readonly mark: string;
  readonly kind: VectorType;
  /** How many rows the target has. */
  readonly count: string;
  /** Removes what the source no longer has. */
  readonly removal: string;
  write(connection: Connection, rows: MigrationRows, state: RowState): Promise<void>;
  /** In a transaction that has locked the table. */
  replace(connection: Connection): Promise<void>;
}

/** What outlives a session in one process. */
export interface Memory {
  /** All that transactions before this one wrote has been copied: its number, of 32 bits. */
  since?: string;
}

export interface PostgresSession {
  readonly table: TableShape;
  readonly placement: Placement;
  readonly plan: MigrationPlan;
  /** A column that changes with every change of the row; else vectors are compared by a hash. */
  readonly watermark: string | undefined;
  readonly memory: Memory;
  /** Milliseconds that the switch waits for others' transactions. */
  readonly lockTimeout: number;
  readonly texts: Pick<MigrationSession, "beforeSwitch" | "afterSwitch" | "notes">;
  close(): Promise<void>;
}

/** The four functions over one connection. */
export function createSession(
  connection: Connection,
  { table, placement, plan, watermark, memory, lockTimeout, texts, close }: PostgresSession,
): MigrationSession {
  /** The connection, or the transaction of the switch. */
  let active = connection;
  let inTransaction = false;
  const atOnce = <T>(work: (inside: Connection) => Promise<T>): Promise<T> =>
    inTransaction ? work(active) : active.transaction(work);

  const { key, vector } = table;
  const keys = key.map(({ name }) => `t.${quoteName(name)}`);
  const untouched = `t.${quoteName(vector.name)}`;
  const mark =
    watermark === undefined
      ? `md5(${vector.extension}.${vector.kind}_send(${untouched}))::uuid`
      : `md5(coalesce(t.${quoteName(watermark)}::text, ''))::uuid`;
  /** Only what was written by transactions that had not ended when the last pass began can have changed since. */
  const behind = (): string => {
    const recent =
      memory.since === undefined || !table.ordinary
        ? ""
        : `age(t.xmin) <= age('${memory.since}'::xid) and `;
    return `(${placement.mark} is null or (${recent}${placement.mark} is distinct from ${mark}))`;
  };

  async function* outstanding(): AsyncGenerator<MigrationRows, void, undefined> {
    const [{ xmin }] = await active.query(
      "select pg_snapshot_xmin(pg_current_snapshot())::text as xmin",
    );
    const wanted = behind();
    let after = "";
    for (;;) {
      plan.signal?.throwIfAborted();
      const found = await fetchRows(active, table, {
        mark,
        stale: `${placement.mark} is not null`,
        from: `from ${placement.joined}
          where ${untouched} is not null ${after}
            and ${wanted}
          order by ${keys.join(", ")} limit ${plan.rowsPerBlock}`,
      });
      if (found === null) break;
      yield found.rows;
      const last = found.state.keys.map(
        (column, i) => `${quoteText(column[column.length - 1])}::${key[i].type}`,
      );
      after = `and (${keys.join(", ")}) > (${last.join(", ")})`;
      if (found.rows.ids.length < plan.rowsPerBlock) break;
    }
    await active.query(placement.removal);
    memory.since = String(BigInt(String(xmin)) & 0xffffffffn);
  }

  async function verify(sample: number): Promise<MigrationCheck> {
    // One statement sees one state of the table.
    const [counts] = await active.query(
      `select count(*)::text as expected, (${placement.count})::text as found,
              count(*) filter (where ${behind()})::text as behind
         from ${placement.joined} where ${untouched} is not null`,
    );
    // A share of the rows that is the same each time, without sorting them all.
    const share = Math.min(
      65536,
      Math.ceil((65536 * 4 * sample) / Math.max(1, Number(counts.expected))),
    );
    const name = keys.map((column) => `${column}::text`).join(" || ' ' || ");
    const rows = await active.query(
      `select ${keys.map((column, i) => `${column}::text as k${i}`).join(", ")},
              ${vector.extension}.${vector.kind}_send(${untouched}) as before,
              ${vector.extension}.${placement.kind}_send(${placement.vector}) as after
         from ${placement.joined}
        where ${untouched} is not null and (hashtext(${name}) & 65535) < ${share}
          and ${placement.mark} is not distinct from ${mark} limit ${sample}`,
    );
    const ids = idsOf(key.map((_, i) => rows.map((row) => String(row[`k${i}`]))));
    return {
      expected: Number(counts.expected),
      found: Number(counts.found),
      behind: Number(counts.behind),
      ids,
      before: decodeRows(
        rows.map((row) => bytesOf(row.before)),
        vector.kind,
        ids,
        table,
      ),
      after: decodeRows(
        rows.map((row) => bytesOf(row.after)),
        placement.kind,
        ids,
        table,
      ),
      tolerance: placement.kind === "halfvec" || vector.kind === "halfvec" ? 2 ** -10 : 1e-5,
    };
  }

  return {
    ...texts,
    outstanding,
    verify,
    write: (rows) => atOnce((inside) => placement.write(inside, rows, rows.state as RowState)),
    async switchOver(catchUp) {
      try {
        await connection.transaction(async (inside) => {
          [active, inTransaction] = [inside, true];
          await inside.query(`set local lock_timeout = ${lockTimeout}`);
          await inside.query(`lock table ${table.quoted} in share row exclusive mode`);
          await catchUp();
          await placement.replace(inside);
        });
      } catch (cause) {
        // What was caught up is rolled back with the rest.
        delete memory.since;
        const { message } = cause as Error;
        throw new Error(`${placement.name}: not switched, nothing has changed: ${message}`, {
          cause,
        });
      } finally {
        [active, inTransaction] = [connection, false];
      }
    },
    close,
  };
}
