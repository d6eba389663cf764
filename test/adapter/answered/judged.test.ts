import { describe, expect, it } from "vitest";
import { applyAdapter, fitRca, identityAdapter, type Adapter } from "embedtune";
import {
  applyMovedPassages,
  createKnownQuestions,
  createMovedPassages,
  moveRows,
  rankPassages,
} from "embedtune/answered";
import { gatherRows, rowOf } from "embedtune/math";
import { rowRange } from "../../../src/math/matrix.js";
import { multiply } from "../../../src/math/multiply.js";
import { changedScores, createFormMaker } from "../../../src/tune/forms/form-scores.js";
import { formGrid } from "../../../src/tune/forms/form.js";
import { intents, prepared } from "../../tune/corpora.js";

/** What is judged is what ships: the judge's own code on one side, an application's calls on the other. */
describe("what is served", () => {
  const all = intents(260, 20);
  const answered = 200;
  const data = {
    ...all,
    pairs: {
      query: all.pairs.query.slice(0, answered),
      passage: all.pairs.passage.slice(0, answered),
      label: all.pairs.label.slice(0, answered),
    },
  };
  const ids = Array.from({ length: 20 }, (_, i) => `p${i}`);
  const adapters: [string, Adapter][] = [
    ["no map", identityAdapter(24)],
    ["a map of both sides", fitRca(data)],
  ];

  it.each(adapters)("scores as the judge does, to the bit, over %s", (_, adapter) => {
    const asked = applyAdapter(adapter, rowRange(all.queries, answered, 260), { side: "query" });
    const queries = applyAdapter(adapter, data.queries, { side: "query" });
    const passages = applyAdapter(adapter, data.passages, { side: "passage" });
    const corpus = prepared(data);
    const judge = createFormMaker(corpus, adapter, asked, corpus.positives);
    const cosines = multiply(asked, passages, { transposeB: true });
    for (const form of formGrid) {
      const judged = changedScores(cosines, asked, judge(form), (row) => row);
      let table = passages;
      let votes = (_query: Float32Array): Map<string, number> => new Map();
      if (form.name === "moved passages") {
        const { move } = form;
        const moved = moveRows(passages, queries, data.pairs, move);
        const served = createMovedPassages({ moved, passages, ids }, { move });
        table = applyMovedPassages({ passages, ids }, served).vectors;
      } else {
        const known = createKnownQuestions({
          vectors: gatherRows(queries, data.pairs.query),
          ids: Array.from(data.pairs.query, (row) => `q${row}`),
          passages: Array.from(data.pairs.passage, (row) => ids[row]),
          settings: form.votes,
        });
        votes = (query) => known.votes(query);
      }
      for (let i = 0; i < asked.rows; i++) {
        const query = rowOf(asked, i);
        const ranking = rankPassages(
          { query, passages: table, ids, votes: votes(query) },
          { limit: ids.length },
        );
        // The judge keeps scores in single precision.
        const scores = new Map(ranking.map(({ id, score }) => [id, Math.fround(score)]));
        expect(ids.map((id) => scores.get(id))).toEqual([...rowOf(judged, i)]);
      }
    }
  });
});
