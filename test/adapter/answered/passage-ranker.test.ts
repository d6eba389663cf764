import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "embedtune";
import { createKnownQuestions, createPassageRanker, rankPassages } from "embedtune/answered";
import { createMatrix, normalizeRows } from "embedtune/math";
import type { Matrix } from "embedtune";

/** Rows of length 1 of few different values, so that scores are often equal. */
function rows(count: number, d: number, seed: string, coarse: boolean): Matrix {
  const random = createRandom(seed);
  const matrix = createMatrix(count, d);
  for (let i = 0; i < matrix.data.length; i++) {
    matrix.data[i] = coarse ? 1 + random.integer(2) : random.normal();
  }
  return normalizeRows(matrix);
}

const settings = { weight: 0.3, neighbours: 6, temperature: 0.1 };

describe("createPassageRanker", () => {
  it("ranks as a comparison with everything does, bit for bit, ties and all", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 80 }),
        fc.integer({ min: 1, max: 70 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 1000 }),
        (count, asked, limit, coarse, seed) => {
          const d = coarse ? 3 : 8;
          const passages = rows(count, d, `p${seed}`, coarse);
          // Ids that do not sort as rows do.
          const ids = Array.from({ length: count }, (_, i) => `p${(i * 37) % count}/${i}`);
          const random = createRandom(seed);
          const known = createKnownQuestions({
            vectors: rows(asked, d, `k${seed}`, coarse),
            ids: Array.from({ length: asked }, (_, i) => `q${i}`),
            passages: Array.from({ length: asked }, () => ids[random.integer(count)]),
            settings,
          });
          const ranker = createPassageRanker({ passages, ids, known });
          for (let i = 0; i < 3; i++) {
            const query = rows(1, d, `a${seed}/${i}`, coarse).data;
            const votes = known.votes(query);
            expect(ranker.rank(query, { limit })).toEqual(
              rankPassages({ query, passages, ids, votes }, { limit }),
            );
          }
          ranker.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it("sees what known questions gain and lose", () => {
    const passages = rows(20, 8, "p", false);
    const ids = Array.from({ length: 20 }, (_, i) => `p${i}`);
    const vectors = rows(30, 8, "k", false);
    const names = Array.from({ length: 30 }, (_, i) => `q${i}`);
    const answers = names.map((_, i) => ids[i % 20]);
    const half = {
      vectors: createMatrix(15, 8, vectors.data.slice(0, 120)),
      ids: names.slice(0, 15),
    };
    const known = createKnownQuestions({ ...half, passages: answers.slice(0, 15), settings });
    const ranker = createPassageRanker({ passages, ids, known });
    const query = rows(1, 8, "a", false).data;
    const check = (): void => {
      const votes = known.votes(query);
      expect(ranker.rank(query)).toEqual(rankPassages({ query, passages, ids, votes }));
    };
    check();
    const rest = createMatrix(15, 8, vectors.data.slice(120));
    known.add({ vectors: rest, ids: names.slice(15), passages: answers.slice(15) });
    const whole = createKnownQuestions({ vectors, ids: names, passages: answers, settings });
    expect(known.votes(query)).toEqual(whole.votes(query));
    check();
    // The same question and passage again takes its row's place.
    const again = createMatrix(1, 8, Float32Array.from(query));
    known.add({ vectors: again, ids: ["q3"], passages: ["p3"] });
    whole.add({ vectors: again, ids: ["q3"], passages: ["p3"] });
    expect(known.votes(query)).toEqual(whole.votes(query));
    expect(known.votes(query).get("p3")).toBeGreaterThan(0);
    known.remove(["q3"]);
    whole.remove(["q3"]);
    expect(known.votes(query)).toEqual(whole.votes(query));
    check();
  });

  it("refuses what cannot be ranked", () => {
    const passages = rows(3, 4, "p", false);
    const ids = ["a", "b", "c"];
    expect(() => createPassageRanker({ passages, ids: ["a", "b"] })).toThrow("ids");
    expect(() => createPassageRanker({ passages, ids: ["a", "b", "a"] })).toThrow("ids[2]");
    const long = createMatrix(
      3,
      4,
      passages.data.map((x) => 2 * x),
    );
    expect(() => createPassageRanker({ passages: long, ids })).toThrow("passages");
    const ranker = createPassageRanker({ passages, ids });
    const query = passages.data.slice(0, 4);
    expect(ranker.rank(query)[0].id).toBe("a");
    expect(() => ranker.rank(query.slice(1))).toThrow("rank: query");
    expect(() => ranker.rank(query, { limit: 0 })).toThrow("rank: limit");
    expect(() => ranker.rank(Float32Array.of(NaN, 0, 0, 1))).toThrow("rank: query");
    const votes = () => new Map([["d", 0.1]]);
    expect(() => createPassageRanker({ passages, ids, known: { votes } }).rank(query)).toThrow(
      'received "d"',
    );
    const none = createPassageRanker({ passages: createMatrix(0, 4), ids: [] });
    expect(none.rank(query)).toEqual([]);
    // What is asked for beyond the rows takes no memory.
    expect(ranker.rank(query, { limit: Number.MAX_SAFE_INTEGER })).toHaveLength(3);
    const own = [...ids];
    const kept = createPassageRanker({ passages, ids: own });
    own[0] = "z";
    expect(kept.rank(query)[0].id).toBe("a");
  });
});
