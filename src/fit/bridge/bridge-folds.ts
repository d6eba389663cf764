import { createRandom } from "../../base/random.js";
import { foldsOfGroups } from "../../data/split/folds-of-groups.js";
import type { BridgeData, BridgeRows } from "./bridge-trial.js";

/** Rows to fit on and rows to judge by. */
export interface BridgeFold {
  readonly kept: BridgeRows;
  readonly held: BridgeRows;
}

/** Folds in which all rows of a text are on one side. */
export function bridgeFolds(
  { texts, queries }: BridgeData,
  folds: number,
  seed: string | number,
): BridgeFold[] {
  const ofTexts = foldsOfGroups(texts.same, { folds, seed }, "fitBridge");
  const ofQueries =
    queries === null
      ? new Uint32Array()
      : foldsOfGroups(queries.same, { folds, seed }, "fitBridge");
  const rows = (of: Uint32Array, wanted: (fold: number) => boolean): number[] =>
    [...of.keys()].filter((row) => wanted(of[row]));
  return Array.from({ length: folds }, (_, fold) => ({
    kept: {
      texts: rows(ofTexts, (own) => own !== fold),
      queries: rows(ofQueries, (own) => own !== fold),
    },
    held: {
      texts: rows(ofTexts, (own) => own === fold),
      queries: rows(ofQueries, (own) => own === fold),
    },
  }));
}

/** The same rows first, whatever the share. */
export function firstShare(
  { texts, queries }: BridgeRows,
  share: number,
  seed: string,
): BridgeRows {
  const first = (rows: readonly number[], name: string): number[] =>
    createRandom(`${seed}/${name}`)
      .shuffle([...rows])
      .slice(0, Math.max(2, Math.round(share * rows.length)));
  return { texts: first(texts, "texts"), queries: first(queries, "queries") };
}
