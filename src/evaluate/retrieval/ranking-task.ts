import { intern } from "../../base/intern.js";
import type { IndexPairs, PreparedPairs } from "../../data/training-pairs.js";
import { gatherRows } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";

/** Queries and passages held out together, with what is known about them; row numbers are those of the tables. */
export interface RankingTask {
  readonly queries: Uint32Array;
  readonly passages: Uint32Array;
  /** Per held-out query, positions in `passages` of its matches. */
  readonly matches: readonly (readonly number[])[];
  /** Per held-out query, positions in `passages` of hard negatives. */
  readonly negatives: readonly (readonly number[])[];
}

/**
 * The ranking task of some matching pairs: their passages are the corpus, together with the labelled negatives. Where
 * those are fewer than one per query, the nearest wrong passages under the untouched embedding stand in.
 *
 * @param tables Unit rows.
 * @param positives The matching pairs held out.
 * @param negatives The pairs labelled 0 that are held out.
 * @param minedNegatives How many wrong passages stand in per query.
 */
export function rankingTask(
  tables: Pick<PreparedPairs, "queries" | "passages">,
  positives: IndexPairs,
  negatives: IndexPairs,
  minedNegatives = 2,
): RankingTask {
  const ofQueries = intern(positives.query);
  const ofPassages = intern([...positives.passage, ...negatives.passage]);
  const queryRows = Uint32Array.from(ofQueries.distinct);
  const passageRows = Uint32Array.from(ofPassages.distinct);
  const matches = Array.from(queryRows, (): number[] => []);
  for (let i = 0; i < positives.query.length; i++) {
    matches[ofQueries.indices[i]].push(ofPassages.indices[i]);
  }
  const queryAt = new Map(Array.from(queryRows, (row, at) => [row, at]));
  const labelled = Array.from(queryRows, (): number[] => []);
  let labelledCount = 0;
  for (let i = 0; i < negatives.query.length; i++) {
    const at = queryAt.get(negatives.query[i]);
    if (at === undefined) continue;
    labelled[at].push(ofPassages.indices[positives.passage.length + i]);
    labelledCount++;
  }
  if (labelledCount >= queryRows.length) {
    return { queries: queryRows, passages: passageRows, matches, negatives: labelled };
  }
  const scores = multiply(
    gatherRows(tables.queries, queryRows),
    gatherRows(tables.passages, passageRows),
    { transposeB: true },
  );
  const mined = matches.map((own, i) =>
    nearestWrong(scores.data.subarray(i * scores.cols, (i + 1) * scores.cols), own, minedNegatives),
  );
  return { queries: queryRows, passages: passageRows, matches, negatives: mined };
}

/** Positions of the `count` highest scores that are no matches, best first; the lower position wins a tie. */
function nearestWrong(scores: Float32Array, matches: readonly number[], count: number): number[] {
  const best: number[] = [];
  for (let j = 0; j < scores.length; j++) {
    if (best.length === count && !(scores[j] > scores[best[count - 1]])) continue;
    if (matches.includes(j)) continue;
    let at = best.length;
    while (at > 0 && scores[j] > scores[best[at - 1]]) at--;
    best.splice(at, 0, j);
    if (best.length > count) best.pop();
  }
  return best;
}
