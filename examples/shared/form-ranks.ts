import { applyAdapter, serveForm, type FormDecision, type GainOf } from "embedtune";
import { applyMovedPassages, createKnownQuestions, createPassageRanker } from "embedtune/answered";
import { comparePaired } from "embedtune/evaluate";
import { rowOf } from "embedtune/math";
import type { NamedVectors } from "./beir-sides.js";

/**
 * The rank of the right passage for each pair of `asked`, from 1, by what is served of a form: moved passages, or known
 * questions that vote.
 *
 * @param known What the form was judged on; its questions are the known ones.
 */
export function formRanks(form: FormDecision, known: NamedVectors, asked: NamedVectors): number[] {
  const { adapter } = form;
  const ids = known.passageIds;
  const queryIds = Array.from({ length: known.queries.rows }, (_, row) => `known ${row}`);
  const served = serveForm(form, known, { queries: queryIds, passages: ids });
  const homes = applyAdapter(adapter, known.passages, { side: "passage", embedder: null });
  const ranker = createPassageRanker({
    passages:
      served.moved === null
        ? homes
        : applyMovedPassages({ passages: homes, ids }, served.moved, { adapter }).vectors,
    ids,
    known: served.known === null ? undefined : createKnownQuestions(served.known, { adapter }),
  });
  const queries = applyAdapter(adapter, asked.queries, { side: "query", embedder: null });
  const ranks = Array.from(asked.pairs.query, (row, i) => {
    const ranking = ranker.rank(rowOf(queries, row), { limit: ids.length });
    return ranking.findIndex(({ id }) => id === asked.passageIds[asked.pairs.passage[i]]) + 1;
  });
  ranker.close();
  return ranks;
}

/** MRR and recall@1 of ranks from 1, before and after, question by question. */
export function gainsOfRanks(
  before: readonly number[],
  after: readonly number[],
): { readonly mrr: GainOf; readonly first: GainOf } {
  const gain = (metric: string, value: (rank: number) => number): GainOf => {
    const { interval, difference, ...means } = comparePaired(
      metric,
      before.map(value),
      after.map(value),
    );
    const [low, high] = interval;
    return { before: means.before, after: means.after, gain: difference, low, high };
  };
  return {
    mrr: gain("MRR", (rank) => 1 / rank),
    first: gain("recall@1", (rank) => Number(rank === 1)),
  };
}
