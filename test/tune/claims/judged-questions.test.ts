import { describe, expect, it } from "vitest";
import { createMatrix } from "embedtune/math";
import {
  judgedQuestions,
  learntColumns,
  sampleCorpus,
} from "../../../src/tune/claims/judged-questions.js";
import type { LabelledCorpus } from "../../../src/tune/claims/labelled-corpus.js";
import { prepared, vectorsWith } from "../corpora.js";

describe("sampleCorpus", () => {
  const rows = 60_000;
  const large = {
    passages: createMatrix(rows, 1),
    relevant: [[59_999], [7, 30_000]],
  } as unknown as LabelledCorpus;
  const questions = Uint32Array.of(0, 1);

  it("takes the whole corpus up to 20,000 rows", () => {
    const all = { passages: createMatrix(20_000, 1), relevant: [[0]] } as unknown as LabelledCorpus;
    expect(sampleCorpus(all, questions.slice(0, 1), 1)).toBeNull();
  });

  it("takes the right passages and a uniform sample, in order, each once", () => {
    const columns = sampleCorpus(large, questions, 1)!;
    expect(columns).toHaveLength(20_000);
    for (let i = 1; i < columns.length; i++) expect(columns[i]).toBeGreaterThan(columns[i - 1]);
    for (const row of [7, 30_000, 59_999]) expect(columns).toContain(row);
    for (let third = 0; third < 3; third++) {
      const here = columns.filter((row) => Math.floor(row / 20_000) === third).length;
      expect(Math.abs(here - 20_000 / 3)).toBeLessThan(300);
    }
  });

  it("takes the same by the same seed", () => {
    expect(sampleCorpus(large, questions, 1)).toEqual(sampleCorpus(large, questions, 1));
    expect(sampleCorpus(large, questions, 1)).not.toEqual(sampleCorpus(large, questions, 2));
  });
});

describe("judgedQuestions", () => {
  const data = vectorsWith(
    3,
    12,
    [
      [0, 1],
      [0, 5],
      [0, 2],
      [1, 3],
      [2, 1],
    ],
    { labels: [1, 0, 0, 1, 1] },
  );
  // Passage 2, labelled 0, is the right passage under another row.
  data.passages.data.copyWithin(2 * 6, 6, 12);
  const corpus = prepared(data);
  const all = Uint32Array.of(0, 1, 2);

  it("reads right and labelled passages by row, where the whole corpus counts", () => {
    const [first, second] = judgedQuestions(corpus, all, null, 1);
    expect([first.relevant, first.labelledWrong]).toEqual([[1, 2], [5]]);
    expect([second.relevant, second.labelledWrong, second.grades]).toEqual([[3], [], null]);
  });

  it("reads them by column of the sample, and leaves out what was not drawn", () => {
    const [first] = judgedQuestions(corpus, all, Uint32Array.of(1, 2, 3, 8), 1);
    expect([first.relevant, first.labelledWrong]).toEqual([[0, 1], []]);
  });

  it("draws two wrong passages at random, the same whatever else is asked", () => {
    const together = judgedQuestions(corpus, all, null, 1);
    for (const [i, { relevant, random }] of together.entries()) {
      expect(new Set(random).size).toBe(2);
      for (const column of random) expect(relevant).not.toContain(column);
      expect(judgedQuestions(corpus, all.slice(i, i + 1), null, 1)[0]).toEqual(together[i]);
    }
    expect(judgedQuestions(corpus, all, null, 2)).not.toEqual(together);
  });

  it("gives every question an order of its own for passages of the same cosine", () => {
    const seeds = judgedQuestions(corpus, all, null, 1).map(({ tieSeed }) => tieSeed);
    expect(new Set(seeds).size).toBe(3);
  });

  it("draws what there is where the corpus is almost all right", () => {
    const [first] = judgedQuestions(corpus, all, Uint32Array.of(1, 2, 3), 1);
    expect(first.random).toEqual([2]);
  });
});

describe("learntColumns", () => {
  it("marks what a pair to learn from names, and passages equal to it", () => {
    const data = vectorsWith(2, 5, [
      [0, 1],
      [1, 4],
    ]);
    data.passages.data.copyWithin(3 * 6, 6, 12);
    const corpus = prepared(data);
    const train = { query: Uint32Array.of(0), passage: Uint32Array.of(1) };
    expect([...learntColumns(corpus, { train }, null)]).toEqual([0, 1, 0, 1, 0]);
    expect([...learntColumns(corpus, { train }, Uint32Array.of(3, 4))]).toEqual([1, 0]);
  });
});
