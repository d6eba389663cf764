import { stat } from "node:fs/promises";
import { join } from "node:path";
import { createYielder } from "../../base/event-loop.js";
import { formatTerminalTable } from "../../base/text-table.js";
import { decodeVector } from "../../embed/cache/vector-record.js";
import { leasePrefix } from "../../embed/stores/lmdb-leases.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";
import { listing, type Finding } from "./finding.js";

interface ScopeFinding {
  entries: number;
  bytes: number;
  damaged: number;
  readonly dimensions: Set<number>;
}

/** How many vectors of which embedders a cache keeps; every entry's checksum is looked at. */
export async function inspectCache(folder: string, io: CommandIo): Promise<Finding> {
  const { open } = await import("lmdb");
  const database = open<Uint8Array, string>({ path: folder, encoding: "binary", readOnly: true });
  const scopes = new Map<string, ScopeFinding>();
  const show = showProgress(io);
  const yieldIfDue = createYielder();
  let entries = 0;
  try {
    for (const key of database.getKeys()) {
      const pause = yieldIfDue();
      if (pause !== undefined) {
        show({ stage: "look", done: entries });
        await pause;
        io.signal.throwIfAborted();
      }
      const value = database.getBinary(key);
      // The record that says how long an embedder's vectors are (`lengthKey`) is none of them (a hash is longer), nor is a
      // lease of a process that is at work or was killed.
      if (value === undefined || key.endsWith(":length") || key.startsWith(leasePrefix)) continue;
      entries++;
      const name = key.slice(0, Math.max(0, key.lastIndexOf(":")));
      const scope = scopes.get(name) ?? { entries: 0, bytes: 0, damaged: 0, dimensions: new Set() };
      scopes.set(name, scope);
      scope.entries++;
      scope.bytes += value.byteLength;
      const vector = decodeVector(value);
      if (vector === undefined) scope.damaged++;
      else scope.dimensions.add(vector.length);
    }
  } finally {
    await database.close();
  }
  const { size } = await stat(join(folder, "data.mdb"));
  const embedders = [...scopes].map(([embedder, { dimensions, ...counts }]) => ({
    embedder,
    ...counts,
    dimensions: [...dimensions],
  }));
  return {
    result: { kind: "cache", folder, bytes: size, entries, embedders },
    lines: [
      ...listing([
        ["cache", folder],
        ["on disk", bytes(size)],
        ["vectors", entries.toLocaleString("en")],
      ]),
      ...(embedders.length === 0
        ? []
        : [
            "",
            formatTerminalTable({
              columns: ["embedder", "vectors", "dimensions", "size", "damaged"],
              rows: embedders.map((scope) => [
                scope.embedder,
                scope.entries.toLocaleString("en"),
                scope.dimensions.join(", ") || "-",
                bytes(scope.bytes),
                String(scope.damaged),
              ]),
            }).trimEnd(),
          ]),
    ],
  };
}

function bytes(count: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = count < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(count) / 3));
  return `${Number((count / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
