import { describe, expect, it } from "vitest";
import { createMatrix, fromRows } from "../../../src/math/matrix.js";
import { createRandom } from "../../../src/base/random.js";
import { cosineSimilarity, dot } from "../../../src/math/vectors.js";
import { vectorIndex } from "../../../src/negatives/indexes/vector-index.js";

describe("vectorIndex", () => {
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
    const index = vectorIndex(texts, vectors, { similarity });
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
    expect((await vectorIndex(texts, vectors).search(["q1"], 99))[0]).toHaveLength(40);
  });

  it("refuses what does not correspond or has no direction, by name", async () => {
    const { queries, passages } = vectors;
    const of = (v: object) => () => vectorIndex(texts, { queries, passages, ...v });
    expect(of({ queries: createMatrix(2, 12) })).toThrow("3 queries need as many rows, received 2");
    expect(of({ queries: createMatrix(3, 5) })).toThrow(
      "queries have 5 dimensions, passages have 12",
    );
    expect(of({ queries: createMatrix(3, 12) })).toThrow("queries: row 0 is all zeros");
    expect(of({ passages: { ...passages, data: passages.data.map(() => NaN) } })).toThrow(
      "passages: row 0, column 0 is NaN",
    );
    const index = vectorIndex(texts, vectors);
    await expect(index.search(["other"], 1)).rejects.toThrow('query "other" is not in the index');
    expect(() => index.score!("q0", ["other"])).toThrow('passage "other" is not in the index');
    await expect(
      index.search(["q0"], 1, { signal: AbortSignal.abort(new Error("enough")) }),
    ).rejects.toThrow("enough");
  });
});
