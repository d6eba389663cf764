import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromRows } from "embedtune";
import {
  createKnownQuestions,
  mergeByPassage,
  mergeMixed,
  rankPassages,
  type MixedHit,
  type PassageHit,
  type QuestionHit,
} from "embedtune/answered";
import { createMatrix, rowOf, topK } from "embedtune/math";
import { answeredSet } from "../../support/answered-set.js";

const settings = { weight: 0.3, neighbours: 8, temperature: 0.05 };

describe("ranking passages in memory", () => {
  const passages = fromRows([
    [1, 0],
    [0, 1],
    [1, 0],
    [-1, 0],
  ]);
  const ids = ["b", "c", "a", "d"];
  const query = [1, 0];

  it("adds votes to cosines, and orders equal scores by id", () => {
    const votes = new Map([["c", 0.5]]);
    expect(rankPassages({ query, passages, ids, votes })).toEqual([
      { id: "a", score: 1 },
      { id: "b", score: 1 },
      { id: "c", score: 0.5 },
      { id: "d", score: -1 },
    ]);
    expect(rankPassages({ query, passages, ids }, { limit: 1 })).toEqual([{ id: "a", score: 1 }]);
    const more = new Map([["c", 1]]);
    expect(rankPassages({ query, passages, ids, votes: more }).map(({ id }) => id)).toEqual([
      ...["a", "b", "c", "d"],
    ]);
    expect(rankPassages({ query, passages: createMatrix(0, 2), ids: [] })).toEqual([]);
  });

  it("refuses what would end in a wrong ranking, by name", () => {
    const rank = (changed: object) => () => rankPassages({ query, passages, ids, ...changed });
    expect(rank({ votes: new Map([["x", 0.1]]) })).toThrow(
      'rankPassages: votes must be for passages that ids name, received "x"',
    );
    expect(rank({ ids: ["a", "a", "b", "c"], votes: new Map([["a", 0.1]]) })).toThrow(
      'rankPassages: ids[1] must be an id that stands once, received "a"',
    );
    expect(rank({ ids: ["a"] })).toThrow("rankPassages: ids must name one per row (4), received 1");
    expect(rank({ query: [2, 0] })).toThrow("rankPassages: query: row 0 must have length 1");
    expect(rank({ query: [1, 0, 0] })).toThrow("must have the same dimensions, received 3 and 2");
    const long = fromRows([...[0, 1, 2].map((i) => [...rowOf(passages, i)]), [2, 0]]);
    expect(rank({ passages: long })).toThrow(
      "rankPassages: passages row 3 must be of length 1, as its cosine shows, received 2",
    );
    long.data[6] = NaN;
    expect(rank({ passages: long })).toThrow("passages row 3 must be of length 1");
    expect(() => rankPassages({ query, passages, ids }, { limit: 0 })).toThrow(
      "rankPassages: limit must be an integer >= 1, received 0",
    );
  });
});

describe("merging two searches", () => {
  it("gives the ranking over everything, whatever the sizes and settings", () => {
    const case_ = fc.record({
      passages: fc.integer({ min: 1, max: 40 }),
      perPassage: fc.integer({ min: 0, max: 4 }),
      seed: fc.nat(1000),
      limit: fc.integer({ min: 1, max: 12 }),
      neighbours: fc.integer({ min: 1, max: 12 }),
      weight: fc.constantFrom(0, 0.2, 1.5),
      temperature: fc.constantFrom(0.02, 0.3),
      wrong: fc.constantFrom(0, 1),
    });
    fc.assert(
      fc.property(case_, ({ limit, neighbours, weight, temperature, wrong, ...shape }) => {
        const set = answeredSet({
          ...shape,
          wrong: shape.passages > 1 ? wrong : 0,
          asked: 3,
          d: 6,
        });
        const { passages, passageIds, known, asked } = set;
        const votes = { weight, neighbours, temperature };
        const questions = createKnownQuestions({ ...known, settings: votes });
        for (let i = 0; i < asked.rows; i++) {
          const query = rowOf(asked, i);
          const all = rankPassages(
            { query, passages, ids: passageIds, votes: questions.votes(query) },
            { limit },
          );
          const merged = mergeByPassage(searches(set, i, limit, neighbours), {
            settings: votes,
            limit,
          });
          expect(merged.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
          for (const [j, { score }] of merged.entries()) expect(score).toBeCloseTo(all[j].score, 6);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  /** What a store that compares everything gives. */
  function searches(
    { passages, passageIds, known, asked }: ReturnType<typeof answeredSet>,
    row: number,
    limit: number,
    neighbours: number,
  ): { passages: PassageHit[]; questions: QuestionHit[] } {
    const query = createMatrix(1, asked.cols, rowOf(asked, row));
    const hits = topK(query, passages, Math.min(limit, passages.rows));
    const all = topK(query, passages, passages.rows);
    const cosines = new Map(Array.from(all.indices, (i, j) => [passageIds[i], all.scores[j]]));
    const near =
      known.ids.length === 0
        ? { indices: [], scores: [] }
        : topK(query, known.vectors, Math.min(neighbours, known.ids.length));
    return {
      passages: Array.from(hits.indices, (i, j) => ({ id: passageIds[i], score: hits.scores[j] })),
      questions: Array.from(near.indices, (i, j) => ({
        id: known.ids[i],
        passage: known.passages[i],
        score: near.scores[j],
        passageScore: cosines.get(known.passages[i]),
      })),
    };
  }

  const passages: PassageHit[] = [
    { id: "x", score: 0.9 },
    { id: "y", score: 0.8 },
  ];
  const question = (id: string, passage: string, score: number, passageScore?: number | null) => ({
    ...{ id, passage, score, passageScore },
  });

  it("sorts what comes unsorted, and lets no more than the neighbours vote", () => {
    const questions = [
      question("far", "y", 0.1),
      question("near", "z", 0.9, 0.7),
      question("nearer", "z", 0.95, 0.7),
    ];
    const two = { settings: { ...settings, neighbours: 2 } };
    expect(mergeByPassage({ passages: passages.toReversed(), questions }, two)).toEqual([
      { id: "z", score: 0.7 + 0.3 },
      ...passages,
    ]);
  });

  it("gives the passages alone where no question is known, and nothing where there is nothing", () => {
    expect(mergeByPassage({ passages, questions: [] }, { settings })).toEqual(passages);
    expect(mergeByPassage({ passages: [], questions: [] }, { settings })).toEqual([]);
  });

  it("names the passage whose cosine is missing, and all else that is wrong", () => {
    const merge = (
      questions: QuestionHit[],
      hits: PassageHit[] = passages,
      options: Partial<typeof settings> & { limit?: number } = {},
    ) => {
      const { limit, ...changed } = options;
      return () =>
        mergeByPassage(
          { passages: hits, questions },
          { settings: { ...settings, ...changed }, limit },
        );
    };
    expect(merge([question("a", "x", 0.5), question("b", "gone", 0.4, null)])).toThrow(
      'mergeByPassage: questions[1].passageScore, of the passage "gone", must be a cosine, from -1 to 1, received null',
    );
    expect(merge([question("b", "gone", 0.4)])).toThrow("received nothing");
    expect(merge([question("b", "x", NaN)])).toThrow("mergeByPassage: questions[0].score must be");
    expect(merge([question("b", "x", 1.7)])).toThrow("a cosine, from -1 to 1, received 1.7");
    expect(merge([question("b", "x", 0.5), question("b", "x", 0.5)])).toThrow(
      'mergeByPassage: questions[1] must be a question and passage that stand once, received ["b","x"]',
    );
    expect(merge([], [...passages, { id: "x", score: 0.1 }])).toThrow(
      'mergeByPassage: passages[2].id must be an id that stands once, received "x"',
    );
    expect(merge([], [{ id: "x", score: Infinity }])).toThrow("passages[0].score must be a cosine");
    expect(merge([], passages, { weight: -0.1 })).toThrow("settings.weight must be a number >= 0");
    expect(merge([], passages, { limit: 1.5 })).toThrow("mergeByPassage: limit must be an integer");
  });
});

describe("one search among passages and known questions", () => {
  it("gives most of the exact top ten, more where the list is longer", () => {
    const set = answeredSet({ passages: 300, asked: 60 });
    const { passages, passageIds, known, asked } = set;
    const questions = createKnownQuestions({ ...known, settings });
    const rows = createMatrix(passages.rows + known.vectors.rows, passages.cols);
    rows.data.set(passages.data);
    rows.data.set(known.vectors.data, passages.data.length);
    const hitOf = (row: number, score: number): MixedHit =>
      row < passages.rows
        ? { id: passageIds[row], score, passage: null }
        : {
            id: known.ids[row - passages.rows],
            score,
            passage: known.passages[row - passages.rows],
          };
    const overlap = (length: number): number => {
      let common = 0;
      const { indices, scores } = topK(asked, rows, length);
      for (let i = 0; i < asked.rows; i++) {
        const query = rowOf(asked, i);
        const votes = questions.votes(query);
        const exact = rankPassages({ query, passages, ids: passageIds, votes });
        const list = Array.from(indices.subarray(i * length, (i + 1) * length), (row, j) =>
          hitOf(row, scores[i * length + j]),
        );
        const found = new Set(mergeMixed(list, { settings }).map(({ id }) => id));
        common += exact.filter(({ id }) => found.has(id)).length;
      }
      return common / (10 * asked.rows);
    };
    const [short, long, all] = [40, 160, rows.rows].map(overlap);
    expect(all).toBe(1);
    expect(long).toBeGreaterThan(short);
    expect(long).toBeGreaterThan(0.9);
  });

  it("tells passages from questions by what they point at, and refuses what stands twice", () => {
    const hits: MixedHit[] = [
      { id: "1", score: 0.9, passage: "far" },
      { id: "1", score: 0.8 },
      { id: "2", score: 0.5, passage: "1" },
    ];
    const ranking = mergeMixed(hits, { settings: { ...settings, temperature: 100 } });
    // "far" is not in the list, so its cosine is at most the least of the list.
    expect(ranking.map(({ id }) => id)).toEqual(["1", "far"]);
    expect(ranking[1].score).toBeCloseTo(0.5 + 0.15, 2);
    expect(mergeMixed([], { settings })).toEqual([]);
    expect(() => mergeMixed([...hits, hits[2]], { settings })).toThrow(
      'mergeMixed: hits[3] must be a row that stands once, received ["2","1"]',
    );
    expect(() => mergeMixed([{ id: "1", score: NaN }], { settings })).toThrow(
      "mergeMixed: hits[0].score must be a cosine, from -1 to 1, received NaN",
    );
  });
});
