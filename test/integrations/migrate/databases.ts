import type { PgCopyStreams, PostgresClient } from "embedtune/migrate";
import { importPglite } from "../../support/pglite.js";

/** A database of its own with pgvector, and how a client reaches it. */
export interface TestDatabase {
  readonly client: PostgresClient;
  readonly copyStreams?: PgCopyStreams | undefined;
  /** Another session, where the database has several; else the same. */
  readonly other: PostgresClient;
  readonly severalSessions: boolean;
  close(): Promise<void>;
}

export interface DatabaseKind {
  readonly name: string;
  open(): Promise<TestDatabase>;
}

async function pglite(dataDir?: string) {
  const { PGlite, vector } = (await importPglite())!;
  const db = await PGlite.create({
    ...(dataDir === undefined ? {} : { dataDir }),
    extensions: { vector },
  });
  await db.exec("create extension if not exists vector");
  return db;
}

async function throughSocket(): Promise<TestDatabase> {
  const db = await pglite();
  const { PGLiteSocketServer } = await import("@electric-sql/pglite-socket");
  const { default: pg } = await import("pg");
  const server = new PGLiteSocketServer({ db, port: 0, host: "127.0.0.1", maxConnections: 4 });
  await server.start();
  const port = Number(server.getServerConn().split(":").at(-1));
  const settings = { host: "127.0.0.1", port, user: "postgres", database: "postgres" };
  const pool = new pg.Pool({ ...settings, max: 2 });
  return {
    client: pool,
    other: db,
    severalSessions: false,
    async close() {
      await pool.end();
      await server.stop();
      await db.close();
    },
  };
}

/** A schema of its own on a server that is there: `POSTGRES_URL=postgres://…`, with pgvector. */
async function onServer(url: string, how: "pool" | "copy" | "postgres.js"): Promise<TestDatabase> {
  const { default: pg } = await import("pg");
  const schema = `embedtune_${process.pid}_${counter++}`;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query("create extension if not exists vector");
  await admin.query(`create schema ${schema}`);
  const options = `-c search_path=${schema},public`;
  const pool = new pg.Pool({ connectionString: url, options });
  const end = async (): Promise<void> => {
    await pool.end();
    await admin.query(`drop schema ${schema} cascade`);
    await admin.end();
  };
  if (how !== "postgres.js") {
    const copyStreams = how === "copy" ? await import("pg-copy-streams") : undefined;
    return { client: pool, other: pool, copyStreams, severalSessions: true, close: end };
  }
  const { default: postgres } = await import("postgres");
  const sql = postgres(url, { connection: { search_path: `${schema},public` }, onnotice: () => 0 });
  const reserved = await sql.reserve();
  return {
    client: {
      async query(text, parameters = []) {
        return { rows: await reserved.unsafe(text, parameters as never[]) };
      },
    },
    other: pool,
    severalSessions: true,
    async close() {
      reserved.release();
      await sql.end();
      await end();
    },
  };
}

let counter = 0;

const url = process.env.POSTGRES_URL;

/** The databases that there are here, and by what is missing the names of the others. */
export const databases: readonly DatabaseKind[] = [
  ...((await importPglite()) === null
    ? []
    : [
        {
          name: "PGlite",
          async open(): Promise<TestDatabase> {
            const db = await pglite();
            return { client: db, other: db, severalSessions: false, close: () => db.close() };
          },
        },
        { name: "pg on a socket of PGlite", open: throughSocket },
      ]),
  ...(url === undefined
    ? []
    : [
        { name: "pg on a server", open: () => onServer(url, "pool") },
        { name: "pg and pg-copy-streams on a server", open: () => onServer(url, "copy") },
        { name: "postgres.js on a server", open: () => onServer(url, "postgres.js") },
      ]),
];

export { pglite };
