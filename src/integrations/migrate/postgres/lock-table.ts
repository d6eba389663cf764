import type { TableShape } from "./catalog.js";
import type { Connection } from "./client.js";

/** Tables that are being migrated in this process: PGlite has one session, to which its lock is its own. */
const busy = /* @__PURE__ */ new WeakMap<object, Set<number>>();

/** A table that no other migration is at. */
export interface LockedTable {
  readonly connection: Connection;
  readonly shape: TableShape;
  /** Gives the lock and the connection back. */
  readonly end: () => Promise<void>;
}

/**
 * One session at a time on a table, in this process and in others.
 *
 * @throws Error when another migration is at it, or row level security hides rows of it.
 */
export async function lockTable(
  client: object,
  open: () => Promise<Connection>,
  look: (connection: Connection) => Promise<TableShape>,
): Promise<LockedTable> {
  const connection = await open();
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
}
