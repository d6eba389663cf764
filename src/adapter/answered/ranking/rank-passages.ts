import { checkInteger, refuse } from "../../../base/checks.js";
import { checkSameDimensions, createMatrix, type Matrix } from "../../../math/matrix.js";
import { multiply } from "../../../math/multiply.js";
import { createBestScored, type ScoredPassage } from "./best-scored.js";
import { checkIds } from "../check-ids.js";
import { isCosine } from "./check-cosine.js";
import { checkUnitRows } from "../unit-rows.js";

export interface RankPassagesOptions {
  /** How many to return. @default 10 */
  readonly limit?: number | undefined;
}

/**
 * Ranks a table of passages for one question, in memory: the score of a passage is its cosine plus its vote.
 *
 * @param data.query Length d and 1, as `applyAdapter` gives it for the side "query".
 * @param data.passages n × d, length 1: for the side "passage", moved where passages move.
 * @param data.ids Per row, the id of the passage; no id twice.
 * @param data.votes What `KnownQuestions.votes` gave for the query; left out, the ranking is by cosine.
 * @returns The best `limit`, best first; equal scores by id, in the order of UTF-16 units.
 * @throws RangeError when dimensions differ, a cosine is none, ids are not one per row, or a vote is for a passage that
 *   the table lacks.
 */
export function rankPassages(
  {
    query,
    passages,
    ids,
    votes = new Map(),
  }: {
    readonly query: ArrayLike<number>;
    readonly passages: Matrix;
    readonly ids: readonly string[];
    readonly votes?: ReadonlyMap<string, number> | undefined;
  },
  { limit = 10 }: RankPassagesOptions = {},
): ScoredPassage[] {
  const place = "rankPassages";
  checkInteger(limit, `${place}: limit`, { least: 1 });
  const asked = createMatrix(1, query.length, Float32Array.from(query));
  checkUnitRows(asked, `${place}: query`);
  checkSameDimensions(asked, `${place}: query`, passages, "passages");
  checkIds(ids, `${place}: ids`, passages.rows);
  const cosines = multiply(asked, passages, { transposeB: true }).data;
  const { best, add } = createBestScored(limit);
  const placed = new Set<string>();
  for (const [row, id] of ids.entries()) {
    // Instead of looking at every value of every passage again: whatever is wrong with a row shows in its cosine.
    if (!isCosine(cosines[row])) {
      refuse(`${place}: passages row ${row}`, "of length 1, as its cosine shows", cosines[row]);
    }
    const vote = votes.get(id);
    if (vote !== undefined) {
      if (placed.has(id)) refuse(`${place}: ids[${row}]`, "an id that stands once", id);
      placed.add(id);
    }
    add(id, cosines[row] + (vote ?? 0));
  }
  for (const id of votes.keys()) {
    if (!placed.has(id)) refuse(`${place}: votes`, "for passages that ids name", id);
  }
  return [...best];
}
