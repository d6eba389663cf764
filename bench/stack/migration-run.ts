/** One step of the bench of migration, in a process of its own: `FOLDER ROWS DIMENSIONS SERVER fill|newTable|newColumn [BLOCK]`. */
import { join } from "node:path";
import { createRandom, type Adapter } from "embedtune";
import { migrate, pgvectorTable, type PgCopyStreams, type PostgresClient } from "embedtune/migrate";
import { createMatrix } from "embedtune/math";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import pg from "pg";
import * as copyStreams from "pg-copy-streams";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";

const [folder, rowsText, dimensionsText, server, step, block] = process.argv.slice(2);
const [rows, dimensions] = [Number(rowsText), Number(dimensionsText)];

interface Opened {
  readonly client: PostgresClient;
  readonly copyStreams?: PgCopyStreams;
  readonly copyIn: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly name: string;
  readonly close: () => Promise<void>;
}

async function open(): Promise<Opened> {
  if (server === "server") {
    const client = new pg.Client({ connectionString: process.env.POSTGRES_URL });
    await client.connect();
    const copyIn = async (bytes: Uint8Array): Promise<void> => {
      const text = "copy embedtune_bench from stdin with (format binary)";
      const stream: Writable = client.query(copyStreams.from(text));
      stream.end(bytes);
      await finished(stream);
    };
    const name = "pg and pg-copy-streams on a server";
    return { client, copyStreams, copyIn, name, close: () => client.end() };
  }
  const db = await PGlite.create({ dataDir: join(folder, "pglite"), extensions: { vector } });
  await db.exec("create extension if not exists vector");
  const copyIn = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    const options = { blob: new Blob([bytes]) };
    await db.query("copy embedtune_bench from '/dev/blob' with (format binary)", [], options);
  };
  if (server === "pglite") {
    return { client: db, copyIn, name: "PGlite in a folder", close: () => db.close() };
  }
  const listener = new PGLiteSocketServer({ db, port: 0, host: "127.0.0.1", maxConnections: 2 });
  await listener.start();
  const port = Number(listener.getServerConn().split(":").at(-1));
  const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres" });
  await client.connect();
  return {
    ...{ client, copyIn, name: "pg on a socket of PGlite, both in this process" },
    async close() {
      await client.end();
      await listener.stop();
      await db.close();
    },
  };
}

const random = createRandom("migration");
const opened = await open();
const { client } = opened;

if (step === "fill") {
  await client.query("drop table if exists embedtune_bench, embedtune_bench_new");
  await client.query(
    `create table embedtune_bench (id bigint primary key, embedding vector(${dimensions}))`,
  );
  const most = 5000;
  for (let first = 0; first < rows; first += most) {
    await opened.copyIn(copyBlock(first, Math.min(most, rows - first)));
  }
  await client.query("checkpoint");
} else {
  const map = createMatrix(dimensions, dimensions);
  for (let i = 0; i < map.data.length; i++) map.data[i] = random.normal();
  const side = { center: null, weights: map };
  const adapter: Adapter = {
    ...{ inputDimensions: dimensions, outputDimensions: dimensions, query: side, passage: side },
    metadata: { embedder: null, method: "bench" },
  };
  const source = pgvectorTable(client, {
    table: "embedtune_bench",
    copyStreams: opened.copyStreams,
  });
  const target =
    step === "newTable"
      ? source.newTable("embedtune_bench_new")
      : source.newColumn("embedding_new");
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const onProgress = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const migration = await migrate(source, adapter, target, {
    onProgress,
    ...(block === undefined ? {} : { rowsPerBlock: Number(block) }),
  });
  const seconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(cpu);
  const again = performance.now();
  await migration.switchOver();
  const locked = (performance.now() - again) / 1e3;
  clearInterval(watch);
  if (migration.written !== rows || migration.rows !== rows) throw new Error("rows are missing");
  console.log(
    JSON.stringify({
      ...{ client: opened.name, to: step, seconds, "rows/s": Math.round(rows / seconds) },
      // Where others share the machine, what the migration itself took.
      "CPU, s": (user + system) / 1e6,
      ...{ "switch, s": locked, "memory, MB more": (peak - before) / 1e6 },
    }),
  );
  await migration.undo();
  await client.query("drop table if exists embedtune_bench_new");
  await client.query(
    "alter table embedtune_bench drop column if exists embedding_new, drop column if exists embedding_new_of",
  );
}
await opened.close();

/** Rows as `COPY … (FORMAT binary)` takes them: the signature, then per row 8 bytes of an id and a vector. */
function copyBlock(first: number, count: number): Uint8Array<ArrayBuffer> {
  const width = 4 + 4 * dimensions;
  const bytes = new Uint8Array(19 + count * (2 + 12 + 4 + width) + 2);
  const data = new DataView(bytes.buffer);
  bytes.set(Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"));
  let at = 19;
  for (let row = 0; row < count; row++) {
    data.setInt16(at, 2);
    data.setInt32(at + 2, 8);
    data.setBigInt64(at + 6, BigInt(first + row));
    data.setInt32(at + 14, width);
    data.setUint16(at + 18, dimensions);
    for (let i = 0; i < dimensions; i++) data.setFloat32(at + 22 + 4 * i, random.next() - 0.5);
    at += 18 + width;
  }
  data.setInt16(at, -1);
  return bytes;
}
