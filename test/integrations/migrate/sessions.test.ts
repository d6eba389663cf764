import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, type Adapter } from "embedtune";
import { createMatrix } from "embedtune/math";
import { migrate, pgvectorTable } from "embedtune/migrate";

/** What only a server with several sessions can show. PGlite has one. */
const url = process.env.POSTGRES_URL;

const random = createRandom("sessions");
const weights = createMatrix(8, 8);
for (let i = 0; i < weights.data.length; i++) weights.data[i] = random.normal();
const side = { center: null, weights };
const adapter: Adapter = {
  ...{ inputDimensions: 8, outputDimensions: 8, query: side, passage: side },
  metadata: { embedder: null, method: "test" },
};

describe.skipIf(url === undefined)("a server of PostgreSQL at POSTGRES_URL", async () => {
  const { default: pg } = url === undefined ? { default: null } : await import("pg");
  const schema = `embedtune_sessions_${process.pid}`;
  const open = () =>
    new pg!.Pool({ connectionString: url, options: `-c search_path=${schema},public` });
  type Pool = ReturnType<typeof open>;
  let own: Pool;
  let other: Pool;
  beforeAll(async () => {
    own = open();
    other = open();
    await own.query("create extension if not exists vector");
    await own.query(`create schema ${schema}`);
  });
  afterAll(async () => {
    await own.query(`drop schema ${schema} cascade`);
    await own.end();
    await other.end();
  });
  const make = async (): Promise<void> => {
    await own.query("drop table if exists docs, docs_before, adapted");
    await own.query("create table docs (id int primary key, embedding vector(8))");
    await own.query(`insert into docs select i, (
      select array_agg(r) from (select sin(i * 7.1 + j)::real as r from generate_series(1, 8) j) q)::vector
      from generate_series(1, 400) g(i)`);
  };

  it.each(["column", "table"] as const)(
    "misses nothing of writers that do not rest, to a new %s",
    async (to) => {
      await make();
      let writing = true;
      let next = 1000;
      const vector = (): string =>
        `[${Array.from({ length: 8 }, () => random.normal()).join(",")}]`;
      const write = async (): Promise<void> => {
        const session = await other.connect();
        try {
          while (writing) {
            // Long transactions, so that some are open when a pass begins and when the switch asks for its lock.
            await session.query("begin");
            await session.query("insert into docs values ($1, $2)", [next++, vector()]);
            await session.query("update docs set embedding = $1 where id = $2", [
              vector(),
              1 + random.integer(400),
            ]);
            await session.query("delete from docs where id = $1", [1 + random.integer(400)]);
            await session.query("select pg_sleep(0.002)");
            await session.query("commit");
          }
        } finally {
          session.release();
        }
      };
      const writers = [write(), write(), write()];
      const source = pgvectorTable(own, { table: "docs" });
      const keepNames = { rename: false }; // the writers go on after the switch
      const target =
        to === "column"
          ? source.newColumn("adapted", keepNames)
          : source.newTable("adapted", keepNames);
      const migration = await migrate(source, adapter, target, { rowsPerBlock: 20 });
      // Verified in the transaction that holds the lock: counts are equal and nothing is behind.
      await migration.switchOver();
      writing = false;
      await Promise.all(writers);
      await migration.switchOver();
      const { rows } = await own.query<{ n: number }>("select count(*)::int as n from docs");
      const again = await migrate(source, adapter, target, { sample: 2000 });
      expect(again).toMatchObject({ rows: rows[0].n, written: 0, behind: 0 });
    },
  );

  it("refuses a second migration from another session", async () => {
    await make();
    const of = (pool: Pool) => pgvectorTable(pool, { table: "docs" });
    let second: Promise<unknown> | undefined;
    await migrate(of(own), adapter, of(own).newColumn("adapted"), {
      rowsPerBlock: 2,
      onProgress: () => {
        second ??= migrate(of(other), adapter, of(other).newColumn("adapted")).catch(
          (error: unknown) => error,
        );
      },
    });
    expect(String(await second)).toMatch(/another migration of this table is at work/);
  });

  it("does not wait longer for a lock than told, changes nothing then, and can be asked again", async () => {
    await make();
    const source = pgvectorTable(own, { table: "docs", lockTimeout: 50 });
    const migration = await migrate(source, adapter, source.newColumn("adapted"));
    const session = await other.connect();
    await session.query("begin");
    await session.query("update docs set id = id where id = 1");
    await expect(migration.switchOver()).rejects.toThrow(
      "docs.adapted: not switched, nothing has changed: canceling statement due to lock timeout",
    );
    await session.query("commit");
    session.release();
    await migration.switchOver();
  });

  it("goes on after the server has dropped the connection in the middle", async () => {
    await make();
    const source = pgvectorTable(own, { table: "docs" });
    const target = source.newTable("adapted");
    let dropped: Promise<unknown> | undefined;
    const first = migrate(source, adapter, target, {
      rowsPerBlock: 10,
      onProgress: () => {
        dropped ??= other.query(
          `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()`,
        );
      },
    });
    await expect(first).rejects.toThrow();
    await dropped;
    const rest = await migrate(source, adapter, target, { switchOver: true });
    expect(rest.rows).toBe(400);
    expect(rest.written).toBeGreaterThan(0);
    expect(rest.written).toBeLessThan(400);
  });
});
