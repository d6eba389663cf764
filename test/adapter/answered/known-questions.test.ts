import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { fromRows, identityAdapter, type Matrix } from "embedtune";
import {
  adapterFingerprint,
  createKnownQuestions,
  rankPassages,
  type KnownQuestions,
  type KnownQuestionsParts,
} from "embedtune/answered";
import { createMatrix, normalizeRows, rowOf } from "embedtune/math";
import { countVotes } from "../../../src/adapter/answered/votes.js";
import { answeredSet } from "../../support/answered-set.js";

const settings = { weight: 0.4, neighbours: 3, temperature: 0.1 };
const at = (degrees: number): number[] => {
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
};
const none = createMatrix(0, 2);

/** Rows at angles, [question, passage, degrees]. */
function known(
  rows: readonly (readonly [string, string, number])[],
  changed: Partial<KnownQuestionsParts["settings"]> = {},
): KnownQuestions {
  return createKnownQuestions({
    vectors: rows.length === 0 ? none : fromRows(rows.map(([, , degrees]) => at(degrees))),
    ids: rows.map(([id]) => id),
    passages: rows.map(([, passage]) => passage),
    settings: { ...settings, ...changed },
  });
}

describe("known questions", () => {
  it("vote with the judge's own counts, times the weight, as many as are asked for", () => {
    const questions = known([
      ["a", "x", 0],
      ["b", "y", 10],
      ["c", "x", 20],
      ["d", "z", 30],
    ]);
    const cosines = Float32Array.from([0, 10, 20], (degrees) => at(degrees)[0]);
    const shares = countVotes([0, 1, 0], cosines, 0.1);
    const votes = questions.votes(at(0));
    expect([...votes.keys()]).toEqual(["x", "y"]);
    expect(votes.get("x")).toBeCloseTo(0.4 * shares.get(0)!, 6);
    expect(votes.get("y")).toBeCloseTo(0.4 * shares.get(1)!, 6);
  });

  it("vote nothing where there are none, and take their dimensions from what is added first", () => {
    const empty = known([]);
    expect(empty.votes(at(0))).toEqual(new Map());
    expect(empty.remove(["a"])).toBe(0);
    const bare = createKnownQuestions({ vectors: fromRows([]), ids: [], passages: [], settings });
    expect(bare.votes([1, 0, 0])).toEqual(new Map());
    bare.add({ vectors: fromRows([[1, 0, 0]]), ids: ["a"], passages: ["x"] });
    expect(bare.votes([1, 0, 0])).toEqual(new Map([["x", 0.2]]));
    expect(() => bare.votes(at(0))).toThrow("votes: query and the known questions must have");
  });

  it("take rows of equal cosine in the order in which they were added", () => {
    const same = (["a", "b", "c", "d"] as const).map((id) => [id, `p${id}`, 5] as const);
    const questions = known(same, { neighbours: 2 });
    expect([...questions.votes(at(0)).keys()]).toEqual(["pa", "pb"]);
    questions.remove(["a"]);
    expect([...questions.votes(at(0)).keys()]).toEqual(["pb", "pc"]);
    questions.add({ vectors: fromRows([at(5)]), ids: ["a"], passages: ["pa"] });
    expect([...questions.toParts().ids]).toEqual(["b", "c", "d", "a"]);
  });

  it("know a question with two passages by two rows, and replace one that is added again", () => {
    const questions = known([
      ["a", "x", 0],
      ["a", "y", 0],
      ["b", "x", 90],
    ]);
    expect(questions.size).toBe(3);
    questions.add({ vectors: fromRows([at(180), at(45)]), ids: ["a", "a"], passages: ["y", "y"] });
    expect(questions.size).toBe(3);
    const { vectors, ids, passages } = questions.toParts();
    expect(ids).toEqual(["a", "a", "b"]);
    expect(passages).toEqual(["x", "y", "x"]);
    expect(rowOf(vectors, 1)).toEqual(Float32Array.from(at(45)));
  });

  it("forget a question in all its rows, and nothing of its vector stays", () => {
    const questions = known([
      ["a", "x", 0],
      ["b", "x", 30],
      ["a", "y", 60],
      ["c", "z", 90],
    ]);
    expect(questions.remove(["a", "a", "unknown"])).toBe(2);
    expect(questions.size).toBe(2);
    const { vectors, ids, passages } = questions.toParts();
    expect([ids, passages]).toEqual([
      ["b", "c"],
      ["x", "z"],
    ]);
    expect(vectors).toEqual(fromRows([at(30), at(90)]));
    expect(questions.removePassages(["z", "nowhere"])).toBe(1);
    expect(questions.toParts().ids).toEqual(["b"]);
    expect(questions.remove(["b"])).toBe(1);
    expect(questions.votes(at(30))).toEqual(new Map());
  });

  it("overwrite the memory of what they forget", () => {
    const moves = vi.spyOn(Float32Array.prototype, "copyWithin");
    const questions = known([
      ["a", "x", 0],
      ["b", "x", 30],
      ["c", "x", 60],
    ]);
    questions.remove(["b"]);
    const memory = moves.mock.contexts[0] as unknown as Float32Array;
    moves.mockRestore();
    expect([...memory]).toEqual([...fromRows([at(0), at(60), [0, 0]]).data]);
  });

  it("never change what they were made of, nor hand out what they hold", () => {
    const vectors = fromRows([at(0)]);
    const questions = createKnownQuestions({ vectors, ids: ["a"], passages: ["x"], settings });
    const parts = questions.toParts();
    parts.vectors.data.fill(9);
    for (const list of [parts.ids, parts.passages] as string[][]) list[0] = "other";
    expect(questions.toParts()).toMatchObject({ vectors, ids: ["a"], passages: ["x"] });
    questions.remove(["a"]);
    expect(vectors).toEqual(fromRows([at(0)]));
    questions.add({ vectors, ids: ["a"], passages: ["x"] });
    vectors.data.fill(0);
    expect(questions.votes(at(0)).get("x")).toBe(0.2);
  });

  it("are what they would be had they never known what was removed, whatever was done before", () => {
    const row = fc.tuple(fc.nat(5), fc.nat(3), fc.nat(359));
    const step = fc.oneof(
      fc.record({ add: fc.array(row, { maxLength: 5 }) }),
      fc.record({ remove: fc.array(fc.nat(5), { maxLength: 2 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.nat(359), (steps, degrees) => {
        const questions = known([]);
        const plain = new Map<string, readonly [string, string, number]>();
        for (const change of steps) {
          if ("add" in change) {
            const rows = change.add.map(([q, p, angle]) => [`q${q}`, `p${p}`, angle] as const);
            questions.add({
              vectors: rows.length === 0 ? none : fromRows(rows.map(([, , angle]) => at(angle))),
              ids: rows.map(([id]) => id),
              passages: rows.map(([, passage]) => passage),
            });
            for (const item of rows) plain.set(`${item[0]} ${item[1]}`, item);
          } else {
            const gone = change.remove.map((q) => `q${q}`);
            const leaving = [...plain].filter(([, [id]]) => gone.includes(id));
            expect(questions.remove(gone)).toBe(leaving.length);
            for (const [key] of leaving) plain.delete(key);
          }
        }
        const fresh = known([...plain.values()]);
        expect(questions.toParts()).toEqual(fresh.toParts());
        expect([...questions.votes(at(degrees))]).toEqual([...fresh.votes(at(degrees))]);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it("refuse what would end in a wrong vote, by name, and then keep what they had", () => {
    const good = { vectors: fromRows([at(0)]), ids: ["a"], passages: ["x"], settings };
    const make = (changed: Partial<KnownQuestionsParts>) => () =>
      createKnownQuestions({ ...good, ...changed });
    const place = "createKnownQuestions: ";
    expect(make({ vectors: fromRows([[3, 4]]) })).toThrow(
      `${place}vectors: row 0 must have length 1, as applyAdapter gives it, received 5`,
    );
    expect(make({ vectors: fromRows([[NaN, 1]]) })).toThrow(
      `${place}vectors: row 0, column 0 must be a finite number, received NaN`,
    );
    expect(make({ vectors: fromRows([[0, 0]]) })).toThrow("row 0 must have length 1");
    expect(make({ ids: [] })).toThrow(`${place}ids must name one per row (1), received 0`);
    expect(make({ passages: ["x", "y"] })).toThrow(`${place}passages must name one per row (1)`);
    expect(make({ ids: [7 as never] })).toThrow(`${place}ids[0] must be a string, received 7`);
    const bad = (changed: Partial<typeof settings>) =>
      make({ settings: { ...settings, ...changed } });
    expect(bad({ weight: -1 })).toThrow(`${place}settings.weight must be a number >= 0`);
    expect(bad({ neighbours: 0 })).toThrow(`${place}settings.neighbours must be an integer >= 1`);
    expect(bad({ temperature: 0 })).toThrow(`${place}settings.temperature must be a number > 0`);

    const questions = known([["a", "x", 0]]);
    const three = fromRows([[1, 0, 0]]);
    expect(() => questions.votes([1, 0, 0])).toThrow(
      "votes: query and the known questions must have the same dimensions, received 3 and 2",
    );
    expect(() => questions.votes([0, 0])).toThrow("votes: query: row 0 must have length 1");
    expect(() => questions.votes([NaN, 1])).toThrow("must be a finite number");
    expect(() => questions.add({ vectors: three, ids: ["b"], passages: ["x"] })).toThrow(
      "add: vectors and known questions must have the same dimensions, received 3 and 2",
    );
    const half = { vectors: fromRows([at(9), [2, 0]]), ids: ["b", "c"], passages: ["x", "x"] };
    expect(() => questions.add(half)).toThrow("add: vectors: row 1 must have length 1");
    expect(() => questions.remove("a" as never)).toThrow("remove: ids must be a list of strings");
    expect(questions.toParts().ids).toEqual(["a"]);
  });

  it("are refused with another embedder or adapter than they were made for", () => {
    const rotated = {
      ...identityAdapter(2),
      query: { center: null, weights: fromRows([at(90), at(180)]) },
    };
    const parts = {
      ...{ vectors: fromRows([at(0)]), ids: ["a"], passages: ["x"], settings },
      metadata: { embedder: "e5", adapter: adapterFingerprint(rotated) },
    };
    expect(createKnownQuestions(parts, { embedder: "e5", adapter: rotated }).size).toBe(1);
    const words = { ...rotated, metadata: { ...rotated.metadata, sentence: "Use it." } };
    expect(createKnownQuestions(parts, { adapter: words }).size).toBe(1);
    expect(() => createKnownQuestions(parts, { embedder: "bge" })).toThrow(
      'createKnownQuestions: embedder must be "e5", which the vectors come from, received "bge"',
    );
    expect(() => createKnownQuestions(parts, { adapter: identityAdapter(2) })).toThrow(
      "createKnownQuestions: adapter must be that of the vectors",
    );
    const unknown = { ...parts, metadata: { embedder: null } };
    expect(createKnownQuestions(unknown, { embedder: "bge", adapter: rotated }).size).toBe(1);
  });
});

describe("wrong labels", () => {
  /** Share of the questions whose right passage stands first. */
  function firstShare(wrong: number, weight: number): number {
    const { passages, passageIds, known: rows, asked, answers } = answeredSet({ wrong });
    const questions = createKnownQuestions({
      ...rows,
      settings: { weight, neighbours: 10, temperature: 0.05 },
    });
    let first = 0;
    for (let i = 0; i < asked.rows; i++) {
      const query = rowOf(asked, i);
      const votes = questions.votes(query);
      const [best] = rankPassages({ query, passages, ids: passageIds, votes }, { limit: 1 });
      if (best.id === passageIds[answers[i]]) first++;
    }
    return first / asked.rows;
  }

  it("leave most of the gain where one in ten is wrong", () => {
    const without = firstShare(0, 0);
    const clean = firstShare(0, 0.4);
    const dirty = firstShare(0.1, 0.4);
    expect(clean - without).toBeGreaterThan(0.15);
    expect(dirty - without).toBeGreaterThan(0.8 * (clean - without));
  });

  it("of a single row lift a passage that nothing else supports by half the weight at most", () => {
    const vector = fc
      .array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 })
      .filter((values) => values.some((value) => value !== 0));
    const unit = (rows: number[][]): Matrix => normalizeRows(fromRows(rows));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(vector, fc.nat(4)), { maxLength: 8 }),
        vector,
        vector,
        fc.constantFrom(0.001, 0.05, 1),
        fc.nat({ max: 8 }),
        (rows, wrong, query, temperature, more) => {
          const questions = createKnownQuestions({
            vectors: rows.length === 0 ? createMatrix(0, 3) : unit(rows.map(([row]) => row)),
            ids: rows.map((_, i) => `q${i}`),
            passages: rows.map(([, passage]) => `p${passage}`),
            settings: { weight: 0.6, neighbours: 1 + more, temperature },
          });
          const asked = unit([query]).data;
          expect(questions.votes(asked).get("wrong") ?? 0).toBe(0);
          questions.add({ vectors: unit([wrong]), ids: ["stray"], passages: ["wrong"] });
          const vote = questions.votes(asked).get("wrong") ?? 0;
          expect(vote).toBeLessThanOrEqual(0.3);
          // One wrong row and the question itself: the most there is.
          questions.remove(rows.map((_, i) => `q${i}`));
          expect(questions.votes(asked).get("wrong")).toBe(0.3);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });
});
