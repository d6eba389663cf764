import type { Adapter } from "../../adapter/adapter.js";
import { applyMovedPassages, type MovedPassages } from "../../adapter/answered/moved-passages.js";
import { checkMadeFor } from "../../adapter/answered/made-for.js";
import { applySide } from "../../adapter/apply.js";
import { adapterFingerprint } from "../../adapter/fingerprint.js";
import { isIdentitySide } from "../../adapter/identity-side.js";
import { refuse } from "../../base/checks.js";
import { createFingerprint } from "../../base/fingerprint.js";
import { createMatrix, gatherRows, rowOf, type Matrix } from "../../math/matrix.js";
import { normalizeRows } from "../../math/vectors.js";
import type { MigrationRows } from "./store.js";

export type Side = "query" | "passage";

/** What is made of the rows of an index. */
export interface AdaptOptions {
  /**
   * Which of the adapter's maps: for an index of passages, for one of known questions, or told by a row's id where both
   * lie in one.
   * @default "passage"
   */
  readonly side?: Side | ((id: string) => Side) | undefined;
  /** Passages that stand elsewhere, by the ids of the index. @default none */
  readonly moved?: MovedPassages | undefined;
  /** Id of the embedder that the index was made with; held against the adapter's. @default unknown, not checked */
  readonly embedder?: string | undefined;
}

/** Maps rows, and knows what it maps them by. */
export interface RowAdapter {
  readonly madeBy: string;
  /** @throws RangeError naming the row whose vector has no direction or is not finite. */
  adapt(rows: MigrationRows, source: string): Matrix;
}

/**
 * @throws RangeError with the remedy when the adapter leaves the rows as they are, or was made for other vectors.
 */
export function createRowAdapter(
  adapter: Adapter,
  { side = "passage", moved, embedder }: AdaptOptions,
): RowAdapter {
  const fittedOn = adapter.metadata.embedder;
  if (embedder !== undefined && fittedOn !== null && embedder !== fittedOn) {
    throw new RangeError(
      `migrate: adapter must be fitted on vectors of "${embedder}", which the index holds, received one of "${fittedOn}"; fit one on vectors from the index, or embed the texts with ${fittedOn} first`,
    );
  }
  if (typeof side !== "function" && side !== "query" && side !== "passage") {
    refuse("migrate: side", `"query", "passage" or a function`, side);
  }
  const changes = (one: Side): boolean => !isIdentitySide(adapter[one]);
  if (moved !== undefined) checkMadeFor(moved.metadata, { adapter }, "migrate: moved");
  if (moved === undefined) refuseUnchanged(adapter, side, changes);
  const sideOf = typeof side === "function" ? side : (): Side => side;
  return {
    madeBy: digestOf(adapter, side, moved),
    adapt({ ids, vectors }, source) {
      const mapped = createMatrix(vectors.rows, adapter.outputDimensions);
      const sides = ids.map(sideOf);
      const none = sides.findIndex((one) => one !== "query" && one !== "passage");
      if (none >= 0) {
        refuse(`migrate: side of ${ids[none]}`, `"query" or "passage"`, sides[none]);
      }
      for (const one of ["passage", "query"] as const) {
        const rows = Uint32Array.from(ids.keys()).filter((row) => sides[row] === one);
        if (rows.length === 0) continue;
        const whole = rows.length === vectors.rows;
        const input = whole ? vectors : gatherRows(vectors, rows);
        let output = normalizeRows(applySide(adapter[one], unitRows(input, rows, ids, source)));
        if (one === "passage" && moved !== undefined) {
          const named = { passages: output, ids: Array.from(rows, (row) => ids[row]) };
          output = applyMovedPassages(named, moved, { adapter }).vectors;
        }
        if (whole) return output;
        for (const [i, row] of rows.entries()) rowOf(mapped, row).set(rowOf(output, i));
      }
      return mapped;
    },
  };
}

function refuseUnchanged(
  { metadata }: Adapter,
  side: AdaptOptions["side"],
  changes: (side: Side) => boolean,
): void {
  const nothing = !changes("passage") && !changes("query");
  if (nothing) {
    throw new RangeError(
      `migrate: adapter must change vectors, received the identity (${metadata.method}); there is nothing to migrate`,
    );
  }
  if (typeof side === "function" || side === undefined || changes(side)) return;
  const remedy =
    side === "passage"
      ? `A query-only adapter needs no migration: leave the index as it is and map each question, applyAdapter(adapter, question, { side: "query" }). Stored questions are migrated by side: "query"`
      : `Only the passages are migrated`;
  throw new RangeError(
    `migrate: adapter must change the ${side} side, received one that leaves it as it is. ${remedy}`,
  );
}

function unitRows(
  vectors: Matrix,
  rows: Uint32Array,
  ids: readonly string[],
  source: string,
): Matrix {
  for (let i = 0; i < vectors.rows; i++) {
    let sum = 0;
    for (const value of rowOf(vectors, i)) sum += value * value;
    if (sum > 0 && Number.isFinite(sum)) continue;
    const received = sum === 0 ? "all zeros" : "a value that is not finite";
    throw new RangeError(
      `${source}: the vector of ${ids[rows[i]]} must be finite and have a direction, received ${received}; leave it out or embed its text again`,
    );
  }
  return normalizeRows(vectors);
}

function digestOf(
  adapter: Adapter,
  side: AdaptOptions["side"],
  moved: MovedPassages | undefined,
): string {
  const fingerprint = adapterFingerprint(adapter);
  const parts = [fingerprint, typeof side === "string" ? side : "mixed"];
  if (moved === undefined) return parts.join("-");
  const { add, addFloats, digest } = createFingerprint();
  for (const id of moved.ids) for (const letter of `${id}\n`) add(letter.codePointAt(0)!);
  addFloats(moved.vectors.data);
  return [...parts, digest()].join("-");
}
