import { checkInteger } from "../../base/checks.js";
import type { KeyValueStore } from "./key-value-store.js";

/** What is used of Keyv (https://keyv.org), by shape. */
export interface KeyvLike {
  get(key: string): Promise<unknown>;
  get(keys: string[]): Promise<unknown[]>;
  set(key: string, value: string): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  disconnect?(): Promise<unknown>;
}

export interface KeyvStoreOptions {
  /** Writes under way at once. @default 64 */
  readonly concurrency?: number | undefined;
}

/**
 * A store in whatever Keyv reaches (Redis, Postgres, SQLite, …): one cache for several machines.
 *
 * Values go as base64 text, which every one of its adapters keeps as it is.
 *
 * @throws RangeError when `concurrency` is no count. From `writeMany`: Error when a write fails; Keyv itself only emits an event.
 */
export function createKeyvStore(
  keyv: KeyvLike,
  { concurrency = 64 }: KeyvStoreOptions = {},
): KeyValueStore {
  checkInteger(concurrency, "createKeyvStore: concurrency", { least: 1 });
  return {
    async readMany(keys, visit) {
      if (keys.length === 0) return;
      let values = await keyv.get([...keys]);
      // Some adapters leave out what is not there: then nobody can tell which value is whose.
      if (values.length > 0 && values.length !== keys.length) {
        values = await Promise.all(keys.map((key) => keyv.get(key)));
      }
      for (const [position, value] of values.entries()) {
        if (value === undefined || value === null) continue;
        // Another writer's value, or a broken one: bytes that no checksum fits, so that it is dropped.
        visit(position, typeof value === "string" ? fromBase64(value) : new Uint8Array());
      }
    },
    async writeMany(entries) {
      for (let start = 0; start < entries.length; start += concurrency) {
        const slice = entries.slice(start, start + concurrency);
        const kept = await Promise.all(slice.map(([key, value]) => keyv.set(key, toBase64(value))));
        const failed = kept.indexOf(false);
        if (failed >= 0) throw new Error(`keyv: ${slice[failed][0]} could not be stored`);
      }
    },
    async removeMany(keys) {
      await Promise.all(keys.map((key) => keyv.delete(key)));
    },
    async close() {
      await keyv.disconnect?.();
    },
  };
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
