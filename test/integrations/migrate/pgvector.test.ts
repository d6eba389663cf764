import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  applyAdapter,
  createRandom,
  fromRows,
  identityAdapter,
  type Adapter,
  type Matrix,
} from "embedtune";
import { adapterFingerprint, createMovedPassages } from "embedtune/answered";
import { createMatrix, normalizeRows, rowOf } from "embedtune/math";
import {
  migrate,
  pgvectorTable,
  type MigrationTarget,
  type PgvectorTable,
  type PostgresClient,
} from "embedtune/migrate";
import { databases, type TestDatabase } from "./databases.js";

const d = 8;
const k = 5;
const random = createRandom("migrate");

function draw(rows: number, cols: number): Matrix {
  const matrix = createMatrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
  return matrix;
}

const adapterOf = (weights: Matrix, queryWeights = weights): Adapter => ({
  inputDimensions: d,
  outputDimensions: weights.cols,
  query: { center: null, weights: queryWeights },
  passage: { center: draw(1, d).data, weights },
  metadata: { embedder: "some/model", method: "test" },
});
const adapter = adapterOf(draw(d, k), draw(d, k));

const literal = (vector: ArrayLike<number>): string => `[${Array.from(vector).join(",")}]`;
const rowsOf = async <T>(client: PostgresClient, text: string): Promise<T[]> =>
  (await client.query(text)).rows as T[];
const vectorsOf = async (client: PostgresClient, text: string): Promise<Matrix> =>
  fromRows((await rowsOf<{ v: string }>(client, text)).map(({ v }) => JSON.parse(v) as number[]));

function expectClose(received: Matrix, expected: Matrix, tolerance = 1e-5): void {
  expect([received.rows, received.cols]).toEqual([expected.rows, expected.cols]);
  for (let i = 0; i < expected.data.length; i++) {
    expect(Math.abs(received.data[i] - expected.data[i])).toBeLessThan(tolerance);
  }
}

async function fill(client: PostgresClient, table: string, vectors: Matrix, from = 1) {
  const values = Array.from(
    { length: vectors.rows },
    (_, row) => `(${from + row}, '${literal(rowOf(vectors, row))}')`,
  );
  await client.query(`insert into ${table} (id, embedding) values ${values.join(", ")}`);
}

type Mode = "column" | "table";
const targetOf = (source: PgvectorTable, mode: Mode): MigrationTarget<PgvectorTable> =>
  mode === "column" ? source.newColumn("adapted") : source.newTable("adapted");

describe.each(databases)("migrating a table of pgvector, $name", (kind) => {
  let db: TestDatabase;
  let client: PostgresClient;
  beforeAll(async () => {
    db = await kind.open();
    ({ client } = db);
  });
  afterAll(() => db.close());

  const table = (name: string, options: Partial<Parameters<typeof pgvectorTable>[1]> = {}) =>
    pgvectorTable(client, { table: name, copyStreams: db.copyStreams, ...options });
  /** A table of its own, filled. */
  const make = async (name: string, rows = 23): Promise<Matrix> => {
    await client.query(`drop table if exists ${name}, ${name}_before, adapted`);
    await client.query(
      `create table ${name} (id bigint primary key, embedding vector(${d}) not null)`,
    );
    const vectors = draw(rows, d);
    if (rows > 0) await fill(client, name, vectors);
    return vectors;
  };

  describe.each(["column", "table"] as const)("to a new %s", (mode) => {
    it("holds what the adapter gives after the switch, and the untouched vectors after undo", async () => {
      const vectors = await make("docs");
      const source = table("docs");
      const migration = await migrate(source, adapter, targetOf(source, mode), { rowsPerBlock: 5 });
      expect(migration).toMatchObject({ rows: 23, written: 23, behind: 0, notes: [] });
      const read = `select embedding::text as v from docs order by id`;
      const untouched = fromRows(Array.from({ length: 23 }, (_, row) => rowOf(vectors, row)));
      expectClose(await vectorsOf(client, read), untouched, 1e-6);
      for (const sql of migration.beforeSwitch) await client.query(sql);
      await migration.switchOver();
      const expected = applyAdapter(adapter, vectors, { side: "passage" });
      expectClose(await vectorsOf(client, read), expected);
      // A row that the application writes from now on has an adapted vector alone.
      await client.query(
        `insert into docs (id, embedding) values (99, '${literal(rowOf(expected, 0))}')`,
      );
      await migration.undo();
      expectClose(await vectorsOf(client, `${read} limit 23`), untouched, 1e-6);
    });

    it("migrates again after undo: rows without an untouched vector keep their adapted one in a column, not in a table", async () => {
      const vectors = await make("docs");
      const source = table("docs");
      const first = await migrate(source, adapter, targetOf(source, mode), { switchOver: true });
      const adapted = rowOf(applyAdapter(adapter, vectors, { side: "passage" }), 0);
      await client.query(`insert into docs (id, embedding) values (99, '${literal(adapted)}')`);
      await first.undo();
      const again = await migrate(source, adapter, targetOf(source, mode));
      expect(again).toMatchObject({ rows: 23, behind: 0 });
      const rows = mode === "column" ? "docs where adapted is not null and" : "adapted where";
      // The column keeps what it has; the table follows the old one, which never had the row.
      const kept = await rowsOf(client, `select id::int from ${rows} id = 99`);
      expect(kept).toEqual(mode === "column" ? [{ id: 99 }] : []);
    });

    it("has nothing to write when it is called again, and refuses to map mapped vectors", async () => {
      await make("docs");
      const source = table("docs");
      await migrate(source, adapter, targetOf(source, mode));
      const again = await migrate(table("docs"), adapter, targetOf(table("docs"), mode), {
        switchOver: true,
      });
      expect(again).toMatchObject({ rows: 23, written: 0 });
      await expect(migrate(source, adapter, targetOf(source, mode))).rejects.toThrow(
        /went through an adapter already .*the untouched ones are in (embedding|docs)_before/,
      );
      for (const sql of again.afterSwitch) await client.query(sql);
      expect(await rowsOf(client, "select * from docs limit 1")).toEqual([
        { id: expect.anything() as unknown, embedding: expect.anything() as unknown },
      ]);
    });

    it("goes on where an abort ended it, a block later at most", async () => {
      await make("docs");
      const source = table("docs");
      const controller = new AbortController();
      const first = migrate(source, adapter, targetOf(source, mode), {
        rowsPerBlock: 5,
        signal: controller.signal,
        onProgress: ({ done }) => {
          if (done >= 10) controller.abort(new Error("enough"));
        },
      });
      await expect(first).rejects.toThrow("enough");
      const rest = await migrate(source, adapter, targetOf(source, mode), { rowsPerBlock: 5 });
      expect(rest).toMatchObject({ rows: 23, written: 13 });
    });

    it.each([{ watermark: undefined }, { watermark: "version" }])(
      "catches up with what is written, changed and deleted meanwhile, watermark $watermark",
      async ({ watermark }) => {
        const vectors = await make("docs");
        if (watermark !== undefined && mode === "table") return; // the table holds more than vectors
        await client.query("alter table docs add column version int not null default 1");
        if (mode === "table") await client.query("alter table docs drop column version");
        const source = table("docs", { watermark });
        const target = targetOf(source, mode);
        let at = 0;
        const fresh = draw(4, d);
        const bump = mode === "column" ? ", version = version + 1" : "";
        const migration = await migrate(source, adapter, target, {
          rowsPerBlock: 5,
          async onProgress() {
            // Rows that were copied already, and one that was not.
            if (++at !== 2) return;
            await db.other.query(
              `update docs set embedding = '${literal(rowOf(fresh, 0))}' ${bump} where id in (1, 20)`,
            );
            await db.other.query("delete from docs where id in (2, 21)");
            await fill(db.other, "docs", fresh, 100);
          },
        });
        // onProgress is not waited for: the last of it may come after the last pass.
        expect(migration.rows + migration.behind).toBeGreaterThan(0);
        await db.other.query("delete from docs where id = 3");
        await migration.switchOver();
        const ids = await rowsOf<{ id: string }>(client, "select id from docs order by id");
        expect(ids.map(({ id }) => Number(id))).toEqual([
          1,
          ...Array.from({ length: 17 }, (_, i) => i + 4).filter((id) => id !== 2 && id !== 3),
          22,
          23,
          100,
          101,
          102,
          103,
        ]);
        for (const row of [0, 19]) rowOf(vectors, row).set(rowOf(fresh, 0));
        const rows = ids.map(({ id }) =>
          Number(id) < 100 ? rowOf(vectors, Number(id) - 1) : rowOf(fresh, Number(id) - 100),
        );
        expectClose(
          await vectorsOf(client, "select embedding::text as v from docs order by id"),
          applyAdapter(adapter, fromRows(rows), { side: "passage" }),
        );
      },
    );

    it("takes a table without a row and a table with one", async () => {
      for (const rows of [0, 1]) {
        await make("docs", rows);
        const source = table("docs");
        const migration = await migrate(source, adapter, targetOf(source, mode), {
          switchOver: true,
        });
        expect(migration).toMatchObject({ rows, written: rows });
      }
    });

    it("finds names and keys whatever is in them", async () => {
      await client.query(`drop schema if exists "Büro ""1""" cascade`);
      await client.query(`create schema "Büro ""1"""`);
      const quoted = `"Büro ""1"""."Ta'ble"`;
      await client.query(
        `create table ${quoted} ("Na me" text, "Order" uuid, "Vec""tor" halfvec(${d}), primary key ("Na me", "Order"))`,
      );
      const vectors = draw(4, d);
      const names = ["a'b", 'c"d\\', "{e,f}", "NULL"];
      for (const [row, name] of names.entries()) {
        await client.query(`insert into ${quoted} values ($1, gen_random_uuid(), $2)`, [
          name,
          literal(rowOf(vectors, row)),
        ]);
      }
      const source = pgvectorTable(client, {
        ...{ schema: 'Büro "1"', table: "Ta'ble", vector: 'Vec"tor' },
        copyStreams: db.copyStreams,
      });
      const target =
        mode === "column"
          ? source.newColumn(`N"e'w`)
          : source.newTable(`N"e'w`, { type: "vector" });
      const migration = await migrate(source, adapter, target, { rowsPerBlock: 3 });
      for (const sql of migration.beforeSwitch) await client.query(sql);
      await migration.switchOver();
      const found = await rowsOf<{ name: string; v: string }>(
        client,
        `select "Na me" as name, "Vec""tor"::text as v from ${quoted}`,
      );
      const expected = applyAdapter(adapter, vectors, { side: "passage" });
      expect(found).toHaveLength(4);
      for (const { name, v } of found) {
        const row = names.indexOf(name);
        expectClose(
          fromRows([JSON.parse(v) as number[]]),
          fromRows([rowOf(expected, row)]),
          2 ** -9,
        );
      }
      await migration.undo();
    });

    it("refuses what it cannot map, naming the row, and keeps what it has written", async () => {
      await make("docs", 12);
      await client.query(
        `update docs set embedding = '${literal(new Float32Array(d))}' where id = 8`,
      );
      const source = table("docs");
      const attempt = () => migrate(source, adapter, targetOf(source, mode), { rowsPerBlock: 5 });
      await expect(attempt()).rejects.toThrow(
        "docs.embedding: the vector of 8 must be finite and have a direction, received all zeros",
      );
      await client.query("delete from docs where id = 8");
      expect(await attempt()).toMatchObject({ rows: 11, written: 6 });
    });

    it("refuses to go on with another adapter", async () => {
      await make("docs", 3);
      const source = table("docs");
      await migrate(source, adapter, targetOf(source, mode));
      const other = adapterOf(draw(d, k));
      await expect(migrate(source, other, targetOf(source, mode))).rejects.toThrow(
        "was begun with another adapter",
      );
    });

    it("refuses a second migration of the table while one is at work", async () => {
      await make("docs");
      const source = table("docs");
      let second: Promise<unknown> | undefined;
      await migrate(source, adapter, targetOf(source, mode), {
        rowsPerBlock: 2,
        onProgress: () => {
          second ??= migrate(source, adapter, targetOf(source, mode)).catch(
            (error: unknown) => error,
          );
        },
      });
      expect(String(await second)).toMatch(/another migration of this table is at work/);
    });

    it("puts moved passages where they stand", async () => {
      const vectors = await make("docs", 6);
      const homes = applyAdapter(adapter, vectors, { side: "passage" });
      const moved = createMovedPassages(
        {
          moved: { rows: Uint32Array.of(2), vectors: normalizeRows(draw(1, k)) },
          passages: homes,
          ids: ["1", "2", "3", "4", "5", "6"],
        },
        {
          move: { kind: "mean", strength: 1 },
          metadata: { embedder: "some/model", adapter: adapterFingerprint(adapter) },
        },
      );
      const source = table("docs");
      await migrate(source, adapter, targetOf(source, mode), { moved, switchOver: true });
      rowOf(homes, 2).set(rowOf(moved.vectors, 0));
      expectClose(
        await vectorsOf(client, "select embedding::text as v from docs order by id"),
        homes,
      );
    });
  });

  it("maps stored questions by their side, alone or beside passages", async () => {
    const vectors = await make("docs", 4);
    const source = table("docs");
    await migrate(source, adapter, source.newColumn("adapted"), {
      side: (id) => (Number(id) % 2 === 0 ? "query" : "passage"),
      switchOver: true,
    });
    const both = (["passage", "query"] as const).map((side) =>
      applyAdapter(adapter, vectors, { side }),
    );
    expectClose(
      await vectorsOf(client, "select embedding::text as v from docs order by id"),
      fromRows([0, 1, 2, 3].map((row) => rowOf(both[row % 2], row))),
    );
  });

  it("leaves rows without a vector as they are, and empties one whose vector goes", async () => {
    await make("docs", 4);
    await client.query("alter table docs alter column embedding drop not null");
    await client.query("insert into docs values (50, null)");
    const source = table("docs");
    const migration = await migrate(source, adapter, source.newColumn("adapted"));
    expect(migration).toMatchObject({ rows: 4, written: 4 });
    await client.query("update docs set embedding = null where id = 2");
    await migration.switchOver();
    expect(
      await rowsOf(client, "select id::int as id from docs where embedding is null order by id"),
    ).toEqual([{ id: 2 }, { id: 50 }]);
  });

  it("refuses a table of several embeddings, naming a row of another dimension", async () => {
    await client.query("drop table if exists mixed");
    await client.query("create table mixed (id int primary key, embedding vector)");
    await client.query(
      `insert into mixed values (1, '${literal(rowOf(draw(1, d), 0))}'), (2, '[1,2,3]')`,
    );
    const source = table("mixed");
    await expect(migrate(source, adapter, source.newColumn("adapted"))).rejects.toThrow(
      "mixed: the vector of 2 must have 8 dimensions like that of 1, received 3",
    );
    await client.query("delete from mixed where id = 1");
    await expect(migrate(source, adapter, source.newColumn("adapted"))).rejects.toThrow(
      "mixed.embedding: dimensions must be the adapter's 8, received 3",
    );
  });

  it("refuses triggers that would run for every row, unless they are to", async () => {
    await make("docs", 3);
    await client.query("alter table docs add column touched int not null default 0");
    await client.query(
      `create or replace function touch() returns trigger language plpgsql as $$ begin new.touched := old.touched + 1; return new; end $$`,
    );
    await client.query(
      `create trigger "on change" before update on docs for each row execute function touch()`,
    );
    const source = table("docs");
    await expect(migrate(source, adapter, source.newColumn("adapted"))).rejects.toThrow(
      "docs: the triggers on change would run for every row",
    );
    await migrate(source, adapter, source.newColumn("adapted", { triggers: "skip" }));
    expect(await rowsOf(client, "select sum(touched)::int as n from docs")).toEqual([{ n: 0 }]);
    await client.query("alter table docs drop column adapted, drop column adapted_of");
    await migrate(source, adapter, source.newColumn("adapted", { triggers: "fire" }));
    expect(await rowsOf(client, "select sum(touched)::int as n from docs")).toEqual([{ n: 3 }]);
  });

  it("names what goes on reading the old column", async () => {
    await make("docs", 3);
    await client.query(
      `alter table docs add column half halfvec(${d}) generated always as (embedding::halfvec(${d})) stored`,
    );
    await client.query(
      "create or replace view lengths as select vector_norm(embedding) as n from docs",
    );
    const source = table("docs");
    const { notes } = await migrate(source, adapter, source.newColumn("adapted"));
    expect(notes.toSorted()).toEqual([
      "the generated column half goes on reading the old vectors; make it anew after the switch",
      "the view lengths goes on reading the old vectors; make it anew after the switch",
    ]);
    await client.query("drop view lengths");
  });

  it("swaps no table that holds more than vectors or that others refer to", async () => {
    await make("docs", 3);
    await client.query("alter table docs add column body text");
    await client.query("create table if not exists notes_of (doc bigint references docs)");
    const source = table("docs");
    await expect(migrate(source, adapter, source.newTable("adapted"))).rejects.toThrow(
      "docs: its name cannot be given to another table: it has other columns (body); a foreign key refers to it. Choose a newColumn, or rename: false",
    );
    const beside = source.newTable("adapted", { rename: false });
    await migrate(source, adapter, beside, { switchOver: true });
    expect(await rowsOf(client, "select count(*)::int as n from adapted")).toEqual([{ n: 3 }]);
    await client.query("drop table notes_of");
  });

  it("makes the indexes that the old column has, by halves beyond 2,000 dimensions", async () => {
    await client.query("drop table if exists wide");
    await client.query("create table wide (id int primary key, embedding vector(8))");
    await client.query(
      "create index by_l2 on wide using hnsw (embedding vector_l2_ops) with (m = 8) where id > 0",
    );
    const source = table("wide");
    const wide = { ...adapterOf(draw(d, 2100)), query: { center: null, weights: draw(d, 2100) } };
    const { beforeSwitch } = await migrate(source, wide, source.newColumn("adapted"));
    expect(beforeSwitch).toEqual([
      expect.stringMatching(
        /^create index concurrently "by_l2_adapted" on "[^"]+"\."wide" using hnsw \(\("adapted"::"public"\.halfvec\(2100\)\) "public"\.halfvec_l2_ops\) with \(m=8\) where \(id > 0\)$/,
      ) as unknown,
    ]);
    await client.query(beforeSwitch[0]);
  });

  it("says what the role may not do", async () => {
    await make("docs", 1);
    if (db.severalSessions) return; // the role is the session's, of which a pool has several
    await client.query("drop role if exists reader");
    await client.query("create role reader");
    await client.query("grant select on docs to reader");
    await client.query("set role reader");
    const source = table("docs");
    await expect(migrate(source, adapter, source.newColumn("adapted"))).rejects.toThrow(
      "docs.adapted: cannot be added: must be owner of table docs",
    );
    await expect(migrate(source, adapter, source.newTable("adapted"))).rejects.toThrow(
      "adapted: cannot be made: permission denied for schema public",
    );
    await client.query("reset role");
    await client.query("revoke all on docs from reader");
  });

  it("refuses a table, column or key that is not there", async () => {
    await make("docs", 1);
    const tries: [Parameters<typeof pgvectorTable>[1], string][] = [
      [{ table: "nowhere" }, `pgvectorTable: table must be one that is there, received "nowhere"`],
      [{ table: "docs", vector: "vec" }, "pgvectorTable: vector must be a column of id, embedding"],
      [{ table: "docs", vector: "id" }, "of the type vector or halfvec"],
      [{ table: "docs", id: "embedding" }, "pgvectorTable: id must be a primary key or unique"],
      [{ table: "docs", watermark: "at" }, "pgvectorTable: watermark must be a column"],
    ];
    for (const [options, message] of tries) {
      const source = pgvectorTable(client, options);
      await expect(migrate(source, adapter, source.newColumn("adapted"))).rejects.toThrow(message);
    }
  });

  it("makes nothing for an adapter of another dimension, or for another table's vectors", async () => {
    await make("other");
    const [docs, other] = [table("docs"), table("other")];
    const wrong: Adapter = { ...adapterOf(draw(d + 1, k)), inputDimensions: d + 1 };
    const fits = { ...wrong, passage: { center: null, weights: wrong.query.weights } };
    for (const mode of ["column", "table"] as const) {
      await make("docs");
      const target = targetOf(docs, mode);
      await expect(migrate(docs, fits, target)).rejects.toThrow(
        "docs.embedding: dimensions must be the adapter's 9, received 8",
      );
      await expect(migrate(other, adapter, target)).rejects.toThrow(
        /^migrate: source must be the pgvectorTable\(…\) whose new(Column|Table) is the target, received "other.embedding"/,
      );
      // Nothing of it is in the right one's way.
      expect((await migrate(table("docs"), adapter, target)).rows).toBe(23);
    }
    const side = (() => "both") as unknown as () => "query";
    await expect(migrate(docs, adapter, docs.newColumn("sides"), { side })).rejects.toThrow(
      'migrate: side of 1 must be "query" or "passage", received "both"',
    );
  });

  it("keeps to names as long as PostgreSQL allows", async () => {
    const name = "é".repeat(31);
    await client.query(`create table "${name}" (id int primary key, "${name}" vector(${d}))`);
    await client.query(`insert into "${name}" values (1, '${literal(rowOf(draw(1, d), 0))}')`);
    const long = table(name, { vector: name });
    for (const target of [long.newTable("n".repeat(63)), long.newColumn("n".repeat(60))]) {
      const migration = await migrate(long, adapter, target);
      for (const sql of migration.beforeSwitch) {
        await client.query(sql.replace("concurrently ", ""));
      }
      await migration.switchOver();
      await migration.undo();
      await client.query(`drop table if exists "${"n".repeat(63)}"`);
    }
  });
});

describe("an adapter that is not for this index", () => {
  const client: PostgresClient = { query: () => Promise.reject(new Error("not asked")) };
  const source = pgvectorTable(client, { table: "docs" });
  const target = source.newColumn("adapted");

  it("is answered: a query-only adapter needs no migration", async () => {
    const queryOnly: Adapter = {
      ...adapter,
      query: { center: null, weights: draw(d, d) },
      passage: identityAdapter(d).passage,
      outputDimensions: d,
    };
    await expect(migrate(source, queryOnly, target)).rejects.toThrow(
      /^migrate: adapter must change the passage side, received one that leaves it as it is. A query-only adapter needs no migration: leave the index as it is and map each question/,
    );
    await expect(migrate(source, identityAdapter(d), target)).rejects.toThrow(
      "migrate: adapter must change vectors, received the identity (identity); there is nothing to migrate",
    );
  });

  it("is refused as what it is: a decision, nothing, a side that is none", async () => {
    for (const none of [{ adapter }, undefined, {}]) {
      await expect(migrate(source, none as never, target)).rejects.toThrow(
        "migrate: adapter must be an adapter, as decision.adapter or loadAdapter gives it",
      );
    }
  });

  it("is refused names that PostgreSQL would cut, or two that are one", () => {
    for (const name of ["", "n".repeat(61), "é".repeat(31)]) {
      expect(() => source.newColumn(name)).toThrow(
        "newColumn: name must be a name of at most 60 bytes",
      );
    }
    expect(() => source.newTable("n".repeat(64))).toThrow("a name of at most 63 bytes");
    expect(() => source.newColumn("a", { keep: "a" })).toThrow("newColumn: keep must be another");
    expect(() => pgvectorTable(client, undefined as never)).toThrow("table must be a name");
  });

  it("is refused with the remedy where it was fitted on another embedder", async () => {
    await expect(migrate(source, adapter, target, { embedder: "other/model" })).rejects.toThrow(
      `migrate: adapter must be fitted on vectors of "other/model", which the index holds, received one of "some/model"; fit one on vectors from the index, or embed the texts with some/model first`,
    );
  });
});
