import { show } from "../../base/show.js";
import { DataError, formatPlace } from "../data-error.js";
import type { CorpusText, RelevanceJudgement, QueryText } from "../tuning-data.js";
import type { PlacedPair } from "./collect-pairs.js";
import type { Notes } from "./notes.js";

/** Of so many ids most must be known; public sets lack one or two, a wrong file lacks them all. */
export function isWrongFile(unknown: number, all: number): boolean {
  return unknown === all || unknown > Math.max(1, 0.1 * all);
}

/** Pairs that name their passages by id, as labelled questions against the corpus. */
export function judgedPairs(
  pairs: readonly PlacedPair[],
  corpus: readonly CorpusText[],
  ids: ReadonlySet<string>,
  notes: Notes,
): { queries: QueryText[]; corpus: readonly CorpusText[]; qrels: RelevanceJudgement[] } {
  const unknown = pairs.filter(({ pair }) => !ids.has(pair.passage));
  const [first] = unknown;
  if (first !== undefined && isWrongFile(unknown.length, pairs.length)) {
    throw new DataError(
      first.place,
      `the passage must be the id of a passage of the corpus, received ${show(first.pair.passage)}; ` +
        `${unknown.length} of ${pairs.length} ids are not there, so give the corpus that belongs to these pairs`,
    );
  }
  if (first !== undefined) {
    notes.say(
      `${unknown.length} of ${pairs.length} pairs name a passage that the corpus lacks and were passed over, ` +
        `the first ${formatPlace(first.place)}.`,
    );
  }
  const numbers = new Map<string, string>();
  const qrels: RelevanceJudgement[] = [];
  for (const { pair } of pairs) {
    if (!ids.has(pair.passage)) continue;
    const queryId = numbers.get(pair.query) ?? `q${numbers.size + 1}`;
    numbers.set(pair.query, queryId);
    const score = pair.label === 0 ? 0 : (pair.grade ?? 1);
    const { group } = pair;
    qrels.push({
      queryId,
      passageId: pair.passage,
      score,
      ...(group === undefined ? {} : { group }),
    });
  }
  const queries = [...numbers].map(([text, id]) => ({ id, text }));
  return { queries, corpus, qrels };
}
