import { describe, expect, it } from "vitest";
import { createMatrix, rowOf, type Matrix } from "../../../src/math/matrix.js";
import { createRandom } from "../../../src/base/random.js";
import { mineHardNegatives } from "../../../src/negatives/mining/mine-hard-negatives.js";
import { createUsearchIndex } from "../../../src/negatives/indexes/usearch-index.js";
import { createVectorIndex } from "../../../src/negatives/indexes/vector-index.js";
import { gold } from "../support.js";

describe("createUsearchIndex", () => {
  const random = createRandom(4);
  const rows = (count: number): Matrix =>
    createMatrix(
      count,
      24,
      Float32Array.from({ length: count * 24 }, () => random.normal()),
    );
  const texts = {
    queries: Array.from({ length: 40 }, (_, i) => `q${i}`),
    passages: Array.from({ length: 1500 }, (_, i) => `p${i}`),
  };
  const vectors = { queries: rows(40), passages: rows(1500) };

  it("finds nearly all that comparing every passage finds, with the same cosines", async () => {
    const exact = await createVectorIndex(texts, vectors).search(texts.queries, 10);
    const index = await createUsearchIndex(texts, vectors);
    const found = await index.search(texts.queries, 10);
    let common = 0;
    for (const [i, neighbors] of exact.entries()) {
      const scores = new Map(found[i].map(({ text, score }) => [text, score]));
      for (const { text, score } of neighbors) {
        if (!scores.has(text)) continue;
        common++;
        expect(scores.get(text)).toBeCloseTo(score, 5);
      }
      const given = await index.score!(texts.queries[i], [found[i][0].text]);
      expect(given[0]).toBeCloseTo(found[i][0].score, 5);
    }
    expect(common / 400).toBeGreaterThan(0.95);
    // One query alone is answered like several.
    expect((await index.search(["q7"], 10))[0]).toEqual(found[7]);
  });

  it("is mined like any index", async () => {
    const pairs = texts.queries.map((query, i) => gold(query, `p${i}`));
    const index = await createUsearchIndex(texts, vectors);
    const { counts } = await mineHardNegatives(pairs, index, { rangeMax: 50, maxScore: 0.5 });
    expect(counts.mined).toBe(120);
  });

  it("takes passages in batches, and then needs the positives' vectors only for margins", async () => {
    const batches = async function* () {
      for (const [from, to] of [
        [0, 700],
        [700, 1500],
      ]) {
        yield createMatrix(to - from, 24, vectors.passages.data.slice(from * 24, to * 24));
      }
    };
    const batched = { queries: vectors.queries, passages: batches() };
    const index = await createUsearchIndex(texts, batched);
    const whole = await createUsearchIndex(texts, vectors);
    expect(await index.search(texts.queries, 5)).toEqual(await whole.search(texts.queries, 5));
    const pairs = [gold("q0", "p0")];
    await expect(mineHardNegatives(pairs, index, { absoluteMargin: 0 })).rejects.toThrow(
      "must be known for a margin, received nothing",
    );
    const positives = (text: string) => rowOf(vectors.passages, Number(text.slice(1)));
    const again = { queries: vectors.queries, passages: batches() };
    const scored = await createUsearchIndex(texts, again, { positives });
    await mineHardNegatives(pairs, scored, { absoluteMargin: 0 });
  });

  it("gives what there is where it is asked for more", async () => {
    const few = { queries: ["q0"], passages: ["a", "b"] };
    const index = await createUsearchIndex(few, {
      queries: createMatrix(1, 2, Float32Array.of(1, 0)),
      passages: createMatrix(2, 2, Float32Array.of(0, 1, 3, 0)),
    });
    const [found] = await index.search(["q0"], 9);
    expect(found.map(({ text }) => text)).toEqual(["b", "a"]);
  });

  it("refuses what does not correspond, by name", async () => {
    const { queries, passages } = vectors;
    const of = (v: object) => createUsearchIndex(texts, { queries, passages, ...v });
    await expect(of({ queries: createMatrix(1, 24) })).rejects.toThrow(
      "createUsearchIndex: texts.queries and the rows of vectors.queries must have the same length, received 40 and 1",
    );
    await expect(of({ passages: rows(3) })).rejects.toThrow(
      "texts.passages and the rows of vectors.passages must have the same length, received 1500 and 3",
    );
    await expect(of({ passages: createMatrix(1500, 3) })).rejects.toThrow(
      "vectors.queries and vectors.passages must have the same dimensions, received 24 and 3",
    );
    await expect(of({ passages: createMatrix(1500, 24) })).rejects.toThrow(
      "createUsearchIndex: vectors.passages: row 0 must have a direction, received zeros only",
    );
    await expect(createUsearchIndex(texts, vectors, { connectivity: 0 })).rejects.toThrow(
      "createUsearchIndex: connectivity must be an integer >= 1, received 0",
    );
    const index = await createUsearchIndex(texts, vectors);
    expect(() => index.score!("q0", ["other"])).toThrow(
      'createUsearchIndex: vector of passage "other" must be given, received nothing',
    );
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(createUsearchIndex(texts, vectors, { signal })).rejects.toThrow("enough");
  });
});
