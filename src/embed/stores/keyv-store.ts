import { checkInteger, refuse } from "../../base/checks.js";
import { sleep } from "../../base/sleep.js";
import type { KeyValueStore } from "./key-value-store.js";
import { redisLeases } from "./redis-leases.js";

/** What is used of Keyv (https://keyv.org), by shape. */
export interface KeyvLike {
  get(key: string): Promise<unknown>;
  get(keys: string[]): Promise<unknown[]>;
  set(key: string, value: string): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  /** Told of errors: most adapters answer as if nothing were there, and emit them. */
  on?(event: "error", listener: (error: unknown) => void): unknown;
  disconnect?(): Promise<unknown>;
  /** Its adapter; that of Redis can lease. */
  readonly store?: unknown;
  readonly namespace?: string | undefined;
}

export interface KeyvStoreOptions {
  /** Writes under way at once. @default 64 */
  readonly concurrency?: number | undefined;
  /** Milliseconds that one step may take; a client that has lost its server waits for it without a word. @default 30000 */
  readonly timeoutMs?: number | undefined;
}

/** How often a step is tried: a connection that was dropped is there again the next time. */
const attempts = 3;

/**
 * A store in whatever Keyv reaches (Redis, Postgres, SQLite, …): one cache for several machines. Over Redis it can lease
 * (`shareWork` of `withCache`).
 *
 * Values go as base64 text, which every one of its adapters keeps as it is. A step that fails, or of which Keyv only emits an
 * error, is tried three times.
 *
 * @throws RangeError when an option is out of range. From all it does: Error `keyv: the store cannot be read (…)` when it
 *   fails or takes longer than `timeoutMs`; what cannot be read is never taken for absent, and paid for again.
 */
export function createKeyvStore(
  keyv: KeyvLike,
  { concurrency = 64, timeoutMs = 30_000 }: KeyvStoreOptions = {},
): KeyValueStore {
  checkInteger(concurrency, "createKeyvStore: concurrency", { least: 1 });
  if (!(timeoutMs > 0)) refuse("createKeyvStore: timeoutMs", "a number > 0", timeoutMs);
  /** How many errors Keyv has emitted, and the last one. */
  const emitted: { count: number; last: unknown } = { count: 0, last: undefined };
  keyv.on?.("error", (error) => {
    emitted.count++;
    emitted.last = error;
  });

  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    for (let failures = 1; ; failures++) {
      const before = emitted.count;
      let failure: unknown;
      try {
        const result = await within(timeoutMs, work());
        if (emitted.count === before) return result;
        failure = emitted.last;
      } catch (error) {
        failure = error;
      }
      if (failures < attempts && !(failure instanceof TimeoutError)) {
        await sleep(50 * 10 ** (failures - 1));
        continue;
      }
      const message = failure instanceof Error ? failure.message : String(failure);
      if (message.startsWith("keyv: ")) throw failure;
      throw new Error(`keyv: the store cannot be ${what} (${message})`, { cause: failure });
    }
  };

  /** The value of one key; what is no JSON of Keyv's is damaged, not absent. */
  const readOne = async (key: string): Promise<unknown> => {
    try {
      return await keyv.get(key);
    } catch (error) {
      if (error instanceof SyntaxError) return damaged;
      throw error;
    }
  };
  const readKeys = async (keys: readonly string[]): Promise<unknown[]> => {
    try {
      const values = await keyv.get([...keys]);
      // Some adapters leave out what is not there: then nobody can tell which value is whose.
      if (values.length === 0 || values.length === keys.length) return values;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    return Promise.all(keys.map(readOne));
  };

  const lease = redisLeases(keyv, attempt);
  return {
    async readMany(keys, visit) {
      if (keys.length === 0) return;
      const values = await attempt("read", () => readKeys(keys));
      for (const [position, value] of values.entries()) {
        if (value === undefined || value === null) continue;
        // Another writer's value, or a broken one: bytes that no checksum fits, so that it is dropped.
        visit(position, typeof value === "string" ? fromBase64(value) : new Uint8Array());
      }
    },
    async writeMany(entries) {
      for (let start = 0; start < entries.length; start += concurrency) {
        const slice = entries.slice(start, start + concurrency);
        await attempt("written", async () => {
          const kept = await Promise.all(
            slice.map(([key, value]) => keyv.set(key, toBase64(value))),
          );
          const failed = kept.indexOf(false);
          if (failed >= 0) throw new Error(`keyv: ${slice[failed][0]} could not be stored`);
        });
      }
    },
    async removeMany(keys) {
      await attempt("written", () => Promise.all(keys.map((key) => keyv.delete(key))));
    },
    ...(lease && { lease }),
    async close() {
      await keyv.disconnect?.();
    },
  };
}

/** What stands for a value that cannot be read. */
const damaged = {};

class TimeoutError extends Error {}

/** @throws TimeoutError when the work takes longer; it is then no longer listened to. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const timer = sleep(Math.min(milliseconds, 2 ** 31 - 1), over.signal).then(() => {
    throw new TimeoutError(`no answer within ${milliseconds} ms`);
  });
  timer.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, timer]);
  } finally {
    over.abort();
  }
}

interface NodeBuffer {
  from(data: string, encoding: "base64"): Uint8Array;
  from(data: ArrayBufferLike, offset: number, length: number): { toString(e: "base64"): string };
}

// Buffer is many times faster than btoa where it exists.
const nodeBuffer = (): NodeBuffer | undefined => (globalThis as { Buffer?: NodeBuffer }).Buffer;

function toBase64(bytes: Uint8Array): string {
  const buffer = nodeBuffer();
  if (buffer !== undefined) {
    return buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  }
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  const buffer = nodeBuffer();
  if (buffer !== undefined) return buffer.from(text, "base64");
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
