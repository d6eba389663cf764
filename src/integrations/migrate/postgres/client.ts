import { refuse } from "../../../base/checks.js";

/**
 * What is used of a client: `pg`'s `Client` and `Pool`, PGlite, and whatever has such a `query`. A client of its own, or a
 * pool, lets the application go on meanwhile.
 */
export interface PostgresClient {
  // What the rows are depends on the statement, and each client says it in its own way.
  query(text: string, parameters?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** The package `pg-copy-streams`, for clients of `pg`: it copies in binary form. */
export interface PgCopyStreams {
  to(text: string): unknown;
  from(text: string): unknown;
}

type Row = Readonly<Record<string, unknown>>;

/** One session of a database, whatever the client. */
export interface Connection {
  query(text: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  /** Whether a parameter may be bytes in PostgreSQL's binary form. */
  readonly takesBinary: boolean;
  /** Runs `COPY (…) TO` in binary form; left out where the client cannot. */
  readonly copyOut?: ((query: string) => Promise<Uint8Array>) | undefined;
  /** Runs `COPY … FROM` in binary form; left out where the client cannot. */
  readonly copyIn?: ((table: string, bytes: Uint8Array) => Promise<void>) | undefined;
  /** All or nothing; `work` must use the connection that it is given. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** PGlite: its `query` takes and gives a blob for COPY. */
interface PgliteClient {
  query(
    text: string,
    parameters?: unknown[],
    options?: {
      readonly blob?: Blob;
      readonly serializers?: Readonly<Record<number, (value: unknown) => unknown>>;
    },
  ): Promise<{ readonly rows: readonly unknown[]; readonly blob?: Blob }>;
  transaction<T>(work: (transaction: PgliteClient) => Promise<T>): Promise<T>;
}

interface PgClient extends PostgresClient {
  on?(event: "error", listener: (error: Error) => void): void;
  off?(event: "error", listener: (error: Error) => void): void;
  release?(error?: unknown): void;
}

interface PgPool {
  connect(): Promise<PgClient>;
}

export async function connect(
  client: PostgresClient,
  copyStreams: PgCopyStreams | undefined,
  place: string,
): Promise<Connection> {
  if (typeof (client as Partial<PostgresClient> | null)?.query !== "function") {
    return refuse(`${place}: client`, "a client of PostgreSQL with query(text, params)", client);
  }
  if ("execProtocolRaw" in client) return pgliteConnection(client as unknown as PgliteClient);
  // A pool gives each query a session of its own; a lock and a transaction need one.
  if ("idleCount" in client && "connect" in client) {
    const one = await (client as unknown as PgPool).connect();
    return pgConnection(one, copyStreams);
  }
  return pgConnection(client, copyStreams);
}

/** Types of arrays that are sent in binary form: they must pass PGlite's own serializers. */
const asItIs = (value: unknown): unknown => value;

function pgliteConnection(client: PgliteClient, inside = false): Connection {
  let serializers: Record<number, typeof asItIs> | undefined;
  /** Of arrays of vectors, whose types have another number in each database. */
  const arrayTypes = async (): Promise<Record<number, typeof asItIs>> => {
    const { rows } = await client.query(
      "select typarray::int as type from pg_type where typname in ('vector', 'halfvec', 'uuid')",
    );
    return Object.fromEntries(rows.map((row) => [(row as { type: number }).type, asItIs]));
  };
  return {
    takesBinary: true,
    async query(text, parameters = []) {
      const binary = parameters.some((value) => value instanceof Uint8Array);
      if (binary) serializers ??= await arrayTypes();
      const options = serializers === undefined ? undefined : { serializers };
      return (await client.query(text, [...parameters], options)).rows as readonly Row[];
    },
    async copyOut(query) {
      const text = `copy (${query}) to '/dev/blob' with (format binary)`;
      const { blob } = await client.query(text);
      if (blob === undefined) throw new Error("COPY must give a blob, received none");
      return new Uint8Array(await blob.arrayBuffer());
    },
    async copyIn(table, bytes) {
      const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
      await client.query(`copy ${table} from '/dev/blob' with (format binary)`, [], { blob });
    },
    transaction(work) {
      if (inside) throw new Error("a transaction must not be opened in another");
      return client.transaction((transaction) => work(pgliteConnection(transaction, true)));
    },
    close: () => Promise.resolve(),
  };
}

async function pgConnection(
  client: PgClient,
  copyStreams: PgCopyStreams | undefined,
): Promise<Connection> {
  // A connection that breaks while nothing is asked would end the process; what is asked next says so anyway.
  let broken: unknown;
  const note = (error: Error): void => {
    broken = error;
  };
  client.on?.("error", note);
  const query = async (text: string, parameters?: readonly unknown[]): Promise<readonly Row[]> =>
    (await client.query(text, parameters === undefined ? undefined : [...parameters]))
      .rows as readonly Row[];
  const connection: Connection = {
    takesBinary: await sendsBinary(query),
    query,
    ...(copyStreams === undefined ? {} : streamCopies(client, copyStreams)),
    async transaction(work) {
      await query("begin");
      try {
        const result = await work(connection);
        await query("commit");
        return result;
      } catch (error) {
        await query("rollback").catch(note);
        throw error;
      }
    },
    close() {
      client.off?.("error", note);
      client.release?.(broken);
      return Promise.resolve();
    },
  };
  return connection;
}

/** Whether bytes go as they are, as with `pg`, and not as text. */
async function sendsBinary(query: Connection["query"]): Promise<boolean> {
  try {
    const [row] = await query("select $1::int4 as seven", [new Uint8Array([0, 0, 0, 7])]);
    return Number(row.seven) === 7;
  } catch {
    return false;
  }
}

function streamCopies(
  client: PgClient,
  { to, from }: PgCopyStreams,
): Pick<Connection, "copyOut" | "copyIn"> {
  const submit = client.query.bind(client) as unknown as (stream: unknown) => unknown;
  return {
    async copyOut(query) {
      const stream = submit(to(`copy (${query}) to stdout with (format binary)`));
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    async copyIn(table, bytes) {
      const { finished } = await import("node:stream/promises");
      const stream = submit(
        from(`copy ${table} from stdin with (format binary)`),
      ) as NodeJS.WritableStream;
      stream.end(bytes);
      await finished(stream);
    },
  };
}
