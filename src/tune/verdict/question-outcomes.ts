import type { Outcomes } from "../ranking/outcomes.js";
import type { NearestPassages, QuestionOutcome } from "./decision.js";

/**
 * What became of each judged question.
 *
 * @param rows Of the table of queries.
 * @param before,after Against the whole corpus: columns are rows of it.
 * @param tried All that was tried to the end.
 */
export function questionOutcomes(
  rows: Uint32Array,
  before: Outcomes,
  after: Outcomes,
  tried: readonly Pick<Outcomes, "rank">[],
): QuestionOutcome[] {
  return Array.from(rows, (row, i) => ({
    row,
    before: before.rank[i],
    after: after.rank[i],
    bestOfAll: tried.reduce((best, { rank }) => Math.min(best, rank[i]), Infinity),
    nearest: { before: nearestTo(before, i), after: nearestTo(after, i) },
  }));
}

function nearestTo(
  { match, matchColumn, wrongColumn, nearestWrong }: Outcomes,
  i: number,
): NearestPassages {
  const wrong = wrongColumn[i] === -1 ? null : wrongColumn[i];
  return {
    right: matchColumn[i],
    rightCosine: match[i],
    wrong,
    wrongCosine: wrong === null ? null : nearestWrong[2 * i],
  };
}
