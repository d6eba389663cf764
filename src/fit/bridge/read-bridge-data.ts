import { refuse } from "../../base/checks.js";
import { alikeRows } from "../../math/alike-rows.js";
import type { BridgeOptions } from "./bridge.js";
import { distinctCount, readTexts, unitRows, type Vectors } from "./bridge-data.js";
import type { BridgeData, BridgeQueries } from "./bridge-trial.js";

/** Held-out texts that an asker's ten are among, at least. */
const leastPool = 11;

/** What `fitBridge` is given, checked; its errors are of that place. */
export function readBridgeData(
  oldVectors: Vectors,
  newVectors: Vectors,
  given: BridgeOptions["queries"],
  folds: number,
): BridgeData {
  const texts = readTexts(oldVectors, newVectors, "fitBridge: oldVectors", "fitBridge: newVectors");
  for (const [name, { cols }] of [
    ["oldVectors", texts.old],
    ["newVectors", texts.new],
  ] as const) {
    if (cols < 2) refuse(`fitBridge: ${name}`, "of 2 dimensions or more", cols);
  }
  const count = distinctCount(texts.same);
  if (count < folds * leastPool) {
    throw new RangeError(
      `fitBridge: oldVectors and newVectors must hold ${folds * leastPool} texts or more that differ in both, ${leastPool} for each of ${folds} folds, received ${count}`,
    );
  }
  if (given === undefined) return { texts, queries: null };
  const queries = readQueries(given);
  for (const side of ["new", "old"] as const) {
    const vectors = queries[side];
    if (vectors !== null && vectors.cols !== texts[side].cols) {
      refuse(
        `fitBridge: queries.${side}`,
        `of the ${texts[side].cols} dimensions of ${side}Vectors`,
        vectors.cols,
      );
    }
  }
  const different = distinctCount(queries.same);
  if (different < folds) {
    throw new RangeError(
      `fitBridge: queries.new must hold ${folds} different questions or more, one for each fold, received ${different}`,
    );
  }
  return { texts, queries };
}

function readQueries(given: NonNullable<BridgeOptions["queries"]>): BridgeQueries {
  if (given.old !== undefined) {
    return readTexts(given.old, given.new, "fitBridge: queries.old", "fitBridge: queries.new");
  }
  const rows = unitRows(given.new, "fitBridge: queries.new");
  return { new: rows, old: null, same: alikeRows(rows) };
}
