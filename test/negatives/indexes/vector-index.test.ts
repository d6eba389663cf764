import { describe, expect, it } from "vitest";
import { createMatrix, fromRows } from "../../../src/math/matrix.js";
import { createRandom } from "../../../src/base/random.js";
import { cosineSimilarity, dot } from "../../../src/math/vectors.js";
import { createVectorIndex } from "../../../src/negatives/indexes/vector-index.js";

describe("createVectorIndex", () => {
  const random = createRandom(5);
  const rows = (n: number): number[][] =>
    Array.from({ length: n }, () => Array.from({ length: 12 }, () => random.normal()));
  const texts = {
    queries: ["q0", "q1", "q2"],
    passages: Array.from({ length: 40 }, (_, i) => `p${i}`),
  };
  const queryRows = rows(3);
  const passageRows = rows(40);
  const vectors = { queries: fromRows(queryRows), passages: fromRows(passageRows) };

  it.each([
    ["cosine", cosineSimilarity],
    ["dot", dot],
  ] as const)("finds by %s what sorting all passages finds", async (similarity, measure) => {
    const index = createVectorIndex(texts, vectors, { similarity });
    const found = await index.search(["q2", "q0"], 5);
    for (const [i, query] of [queryRows[2], queryRows[0]].entries()) {
      const all = passageRows.map((row, p) => ({ text: `p${p}`, score: measure(query, row) }));
      all.sort((a, b) => b.score - a.score);
      expect(found[i].map(({ text }) => text)).toEqual(all.slice(0, 5).map(({ text }) => text));
      expect(found[i][0].score).toBeCloseTo(all[0].score, 5);
      const given = await index.score!(["q2", "q0"][i], [found[i][3].text]);
      expect(given[0]).toBeCloseTo(found[i][3].score, 5);
    }
  });

  it("gives fewer where it holds no more", async () => {
    expect((await createVectorIndex(texts, vectors).search(["q1"], 99))[0]).toHaveLength(40);
  });

  it("refuses what does not correspond or has no direction, by name", async () => {
    const { queries, passages } = vectors;
    const of = (v: object) => () => createVectorIndex(texts, { queries, passages, ...v });
    expect(of({ queries: createMatrix(2, 12) })).toThrow(
      "createVectorIndex: texts.queries and the rows of vectors.queries must have the same length, received 3 and 2",
    );
    expect(of({ queries: createMatrix(3, 5) })).toThrow(
      "createVectorIndex: vectors.queries and vectors.passages must have the same dimensions, received 5 and 12",
    );
    expect(of({ queries: createMatrix(3, 12) })).toThrow(
      "createVectorIndex: vectors.queries: row 0 must have a direction, received zeros only",
    );
    expect(of({ passages: { ...passages, data: passages.data.map(() => NaN) } })).toThrow(
      "createVectorIndex: vectors.passages: row 0, column 0 must be a finite number, received NaN",
    );
    const index = createVectorIndex(texts, vectors);
    await expect(index.search(["other"], 1)).rejects.toThrow(
      'createVectorIndex: query must be a text of the index, received "other"',
    );
    expect(() => index.score!("q0", ["other"])).toThrow(
      'createVectorIndex: passage must be a text of the index, received "other"',
    );
    await expect(index.search(["q0"], 0)).rejects.toThrow(
      "createVectorIndex: k must be an integer >= 1, received 0",
    );
    await expect(
      index.search(["q0"], 1, { signal: AbortSignal.abort(new Error("enough")) }),
    ).rejects.toThrow("enough");
  });
});
