import { randomUUID } from "node:crypto";
import type { Database } from "lmdb";
import type { Lease } from "./key-value-store.js";
import { freeNames, leaseName, noLease } from "./lease-record.js";

/** Keys of leases begin with a blank, which no key of a text does. */
export const leasePrefix = " lease:";
/** Behind all of them. */
const leaseEnd = " lease;";

/** A clock that was set back must not make a lease of an hour. */
const longestMs = 60_000;

interface LeaseRecord {
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly names: readonly string[];
}

/** Leases in an LMDB database, a record each. Call it within a transaction: it reads, and writes by what it has read. */
export function takeLease(
  database: Database<Uint8Array, string>,
  change: (work: () => void) => void,
  keys: readonly string[],
  ttlMs: number,
): Lease {
  const key = leasePrefix + randomUUID();
  const names = keys.map(leaseName);
  let held: number[] = [];
  const write = (): void => {
    const record = { until: Date.now() + ttlMs, names: held.map((position) => names[position]) };
    database.putSync(key, encode(record));
  };
  change(() => {
    const now = Date.now();
    const others = new Set<string>();
    const over: string[] = [];
    for (const { key: other, value } of database.getRange({ start: leasePrefix, end: leaseEnd })) {
      const { until, names: theirs } = decode(value) ?? { until: 0, names: [] };
      if (until <= now || until > now + Math.max(ttlMs, longestMs)) over.push(other);
      else for (const name of theirs) others.add(name);
    }
    for (const other of over) database.removeSync(other);
    held = freeNames(names, others);
    if (held.length > 0) write();
  });
  if (held.length === 0) return noLease;
  return {
    held,
    async renew() {
      change(write);
    },
    async release() {
      change(() => database.removeSync(key));
    },
  };
}

const encode = (record: LeaseRecord): Uint8Array => Buffer.from(JSON.stringify(record));

function decode(value: Uint8Array): LeaseRecord | undefined {
  try {
    const { until, names } = JSON.parse(Buffer.from(value).toString()) as Partial<LeaseRecord>;
    return typeof until === "number" && Array.isArray(names) ? { until, names } : undefined;
  } catch {
    return undefined;
  }
}
