import { readFileSync } from "node:fs";
import { applyAdapter, decodeNpy, fitForms, fitRca, judgeAdapter, type Matrix } from "embedtune";
import { rowOf } from "embedtune/math";
import { beforeAll, describe, expect, it } from "vitest";
import { readBeirSides, type NamedVectors } from "../../examples/shared/beir-sides.js";
import { formRanks, gainsOfRanks } from "../../examples/shared/form-ranks.js";

const folder = "examples/data/help-centre";
const stored = (name: string): Matrix =>
  decodeNpy(readFileSync(`${folder}/minilm-${name}.npy`), name);

let train: NamedVectors;
let test: NamedVectors;
beforeAll(async () => {
  const { sides } = await readBeirSides(folder);
  ({ train, test } = sides(stored("queries"), stored("corpus")));
});

/** 1 plus how many passages score higher than the right one. */
function ranksOf(score: (query: number, passage: number) => number, data: NamedVectors): number[] {
  const passages = [...data.passageIds.keys()];
  return Array.from(data.pairs.query, (query, i) => {
    const own = score(query, data.pairs.passage[i]);
    return 1 + passages.filter((passage) => score(query, passage) > own).length;
  });
}

function cosines(queries: Matrix, passages: Matrix): (query: number, passage: number) => number {
  return (query, passage) => {
    const [a, b] = [rowOf(queries, query), rowOf(passages, passage)];
    return a.reduce((sum, value, i) => sum + value * b[i], 0) / Math.hypot(...a) / Math.hypot(...b);
  };
}

describe("examples/help-centre.ts", () => {
  it("learns from 320 questions and is judged on 160 others, all against 50 articles", () => {
    expect([train.queries.rows, test.queries.rows]).toEqual([320, 160]);
    expect([train.passages.rows, test.passages.rows]).toEqual([50, 50]);
    const texts = (side: NamedVectors): Set<string> =>
      new Set(Array.from(side.pairs.query, (row) => rowOf(side.queries, row).join()));
    const known = texts(train);
    expect([...texts(test)].filter((text) => known.has(text))).toEqual([]);
  });

  it("ranks by moved passages and by votes as their definitions do", async () => {
    const forms = await fitForms(fitRca(train), train);
    expect(forms.map(({ name }) => name)).toEqual(["moved passages", "known questions"]);
    for (const form of forms) {
      const queries = applyAdapter(form.adapter, test.queries, { side: "query" });
      const passages = applyAdapter(form.adapter, test.passages, { side: "passage" });
      form.moved?.rows.forEach((row, i) => rowOf(passages, row).set(rowOf(form.moved!.vectors, i)));
      const near = cosines(queries, passages);
      const asked = applyAdapter(form.adapter, train.queries, { side: "query" });
      const toKnown = cosines(queries, asked);
      const votes = Array.from({ length: queries.rows }, (_, query) =>
        form.votes === null ? [] : votesFor(query, toKnown, form.votes),
      );
      const expected = ranksOf((q, p) => near(q, p) + (votes[q][p] ?? 0), test);
      expect(formRanks(form, train, test)).toEqual(expected);
    }
  });

  it("compares with the ranks that the judge starts from", async () => {
    const { questions, figures } = await judgeAdapter(fitRca(train), test);
    const before = questions.map((question) => question.before);
    expect(before).toEqual(ranksOf(cosines(test.queries, test.passages), test));
    const after = questions.map((question) => question.after);
    const { mrr, first } = gainsOfRanks(before, after);
    expect(mrr.gain).toBeCloseTo(figures["mrr"].gain, 10);
    expect(first.before).toBeCloseTo(figures["recall@1"].before, 10);
    expect(first.after).toBeCloseTo(figures["recall@1"].after, 10);
  });
});

/** Per passage: a softmax over the nearest known questions, half of it at most where one alone speaks for a passage. */
function votesFor(
  query: number,
  toKnown: (query: number, known: number) => number,
  settings: { readonly weight: number; readonly neighbours: number; readonly temperature: number },
): number[] {
  const nearest = Array.from(train.pairs.query, (row, i) => ({
    cosine: toKnown(query, row),
    passage: train.pairs.passage[i],
  }))
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, settings.neighbours);
  const shares = nearest.map(({ cosine }) =>
    Math.exp((cosine - nearest[0].cosine) / settings.temperature),
  );
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const votes: number[] = [];
  const voters: number[] = [];
  nearest.forEach(({ passage }, i) => {
    votes[passage] = (votes[passage] ?? 0) + (settings.weight * shares[i]) / whole;
    voters[passage] = (voters[passage] ?? 0) + 1;
  });
  return votes.map((vote, passage) =>
    voters[passage] === 1 ? Math.min(vote, settings.weight / 2) : vote,
  );
}
