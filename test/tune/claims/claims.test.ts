import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layOutClaim, likelyClaim } from "../../../src/tune/claims/claims.js";
import { prepared, vectorsWith } from "../corpora.js";

const options = { folds: 5, seed: 1, mostQuestions: 2000 };

/** Distinct pairs of up to 40 queries with up to 30 passages. */
const somePairs = fc
  .uniqueArray(fc.tuple(fc.nat(39), fc.nat(29)), {
    minLength: 4,
    maxLength: 60,
    selector: ([query, passage]) => query * 100 + passage,
  })
  .filter((pairs) => new Set(pairs.map(([query]) => query)).size > 2);

describe("layOutClaim", () => {
  it("learns from no held-out question, under either claim", () => {
    fc.assert(
      fc.property(somePairs, fc.constantFrom("questions", "passages"), (pairs, name) => {
        const claim = layOutClaim(prepared(vectorsWith(40, 30, pairs)), name, options);
        for (const { train, judged } of claim.folds) {
          const heldOut = new Set(judged.map((at) => claim.questions[at]));
          expect(train.query.some((query) => heldOut.has(query))).toBe(false);
        }
      }),
    );
  });

  it("judges every labelled question exactly once", () => {
    fc.assert(
      fc.property(somePairs, fc.constantFrom("questions", "passages"), (pairs, name) => {
        const claim = layOutClaim(prepared(vectorsWith(40, 30, pairs)), name, options);
        const judged = claim.folds.flatMap(({ judged: places }) => [...places]);
        expect(judged.sort((a, b) => a - b)).toEqual([...claim.questions.keys()]);
        expect(new Set(claim.questions)).toEqual(new Set(pairs.map(([query]) => query)));
      }),
    );
  });

  it("learns from no passage that a held-out question asks for, under passages alone", () => {
    fc.assert(
      fc.property(somePairs, (pairs) => {
        const claim = layOutClaim(prepared(vectorsWith(40, 30, pairs)), "passages", options);
        for (const { train, judged } of claim.folds) {
          const questions = new Set(judged.map((at) => claim.questions[at]));
          const asked = new Set(pairs.filter(([q]) => questions.has(q)).map(([, p]) => p));
          expect(train.passage.some((passage) => asked.has(passage))).toBe(false);
        }
      }),
    );
  });

  it("goes on learning about the passages of held-out questions, under questions", () => {
    const pairs = Array.from({ length: 40 }, (_, i): [number, number] => [i, i % 4]);
    const claim = layOutClaim(prepared(vectorsWith(40, 30, pairs)), "questions", options);
    for (const { train } of claim.folds)
      expect(new Set(train.passage)).toEqual(new Set([0, 1, 2, 3]));
  });

  it("keeps the caller's groups whole under both claims", () => {
    const pairs = Array.from({ length: 40 }, (_, i): [number, number] => [i, i % 30]);
    const data = vectorsWith(40, 30, pairs);
    const groups = Array.from({ length: 40 }, (_, i) => `customer ${i % 8}`);
    for (const name of ["questions", "passages"] as const) {
      const claim = layOutClaim(prepared({ ...data, groups }), name, options);
      const foldOf = new Map<string, number>();
      for (const [at, query] of claim.questions.entries()) {
        const known = foldOf.get(groups[query]);
        if (known !== undefined) expect(claim.foldOf[at]).toBe(known);
        foldOf.set(groups[query], claim.foldOf[at]);
      }
      expect(claim.unitCount).toBe(8);
    }
  });

  it("keeps twins together, and holds out a passage with its twins", () => {
    const pairs = Array.from({ length: 40 }, (_, i): [number, number] => [i, i]);
    const data = vectorsWith(40, 40, pairs);
    const twinOf = Array.from({ length: 40 }, (_, i) => `text ${i % 13}`);
    const queries = prepared({ ...data, twins: { queries: twinOf } });
    for (const name of ["questions", "passages"] as const) {
      const claim = layOutClaim(queries, name, options);
      expect(claim.unitCount).toBe(13);
      const folds = new Set(Array.from(claim.foldOf, (fold, at) => `${at % 13} ${fold}`));
      expect(folds.size).toBe(13);
    }
    const passages = prepared({ ...data, twins: { passages: twinOf } });
    const claim = layOutClaim(passages, "passages", options);
    expect(claim.unitCount).toBe(13);
    for (const { train, judged } of claim.folds) {
      const held = new Set(Array.from(judged, (at) => claim.questions[at] % 13));
      expect(train.passage.some((passage) => held.has(passage % 13))).toBe(false);
    }
    expect(layOutClaim(passages, "questions", options).unitCount).toBe(40);
  });

  it("keeps twins whole beside the caller's groups", () => {
    const pairs = Array.from({ length: 40 }, (_, i): [number, number] => [i, i]);
    const groups = Array.from({ length: 40 }, (_, i) => i % 20);
    // Rows 1 and 2 are twins, and so the groups of 1 (1, 21) and of 2 (2, 22) are one.
    const twins = { queries: Array.from({ length: 40 }, (_, i) => (i === 2 ? 1 : i)) };
    const claim = layOutClaim(
      prepared({ ...vectorsWith(40, 40, pairs), groups, twins }),
      "passages",
      options,
    );
    expect(claim.unitCount).toBe(19);
  });

  it("learns no wrong passage of a held-out question's twin, nor of its group, that has no right one", () => {
    const data = vectorsWith(
      60,
      20,
      Array.from({ length: 20 }, (_, i): [number, number] => [i, i]),
    );
    const { query, passage, label } = data.pairs;
    // Of question i, 20 + i is a twin and 40 + i of the same group: they have pairs labelled 0 alone.
    const others = Array.from({ length: 40 }, (_, i) => 20 + i);
    const pairs = {
      query: Uint32Array.from([...query, ...others]),
      passage: Uint32Array.from([...passage, ...others.map((row) => (row + 1) % 20)]),
      label: Uint8Array.from([...label, ...others.map(() => 0)]),
    };
    const twins = {
      queries: Array.from({ length: 60 }, (_, i) => (i < 40 ? i % 20 : i)),
    };
    const groups = Array.from({ length: 60 }, (_, i) => (i >= 20 && i < 40 ? i : i % 20));
    for (const name of ["questions", "passages"] as const) {
      const claim = layOutClaim(prepared({ ...data, pairs, twins, groups }), name, options);
      for (const { trainNegatives, judged } of claim.folds) {
        const held = new Set(Array.from(judged, (at) => claim.questions[at]));
        expect(trainNegatives.query.some((row) => held.has(row % 20))).toBe(false);
        expect(trainNegatives.query.length).toBeGreaterThan(10);
      }
    }
  });

  it("refuses twins that are not one per row", () => {
    const data = vectorsWith(4, 3, [[0, 0]]);
    expect(() => prepared({ ...data, twins: { passages: [1, 2] } })).toThrow(
      "test: twins.passages must be one per row (3), received 2",
    );
  });

  it("keeps equal questions together, under either claim", () => {
    const pairs = Array.from({ length: 40 }, (_, i): [number, number] => [i, i]);
    const data = vectorsWith(40, 40, pairs);
    for (let i = 0; i < 40; i += 2) {
      for (let j = 0; j < 6; j++) {
        data.queries.data[(i + 1) * 6 + j] = 2 * data.queries.data[i * 6 + j];
      }
    }
    for (const name of ["questions", "passages"] as const) {
      const claim = layOutClaim(prepared(data), name, options);
      for (let i = 0; i < 40; i += 2) expect(claim.foldOf[i + 1]).toBe(claim.foldOf[i]);
      expect(claim.unitCount).toBe(20);
    }
  });

  it("holds a passage out with all that are equal to it, under passages", () => {
    const pairs = Array.from({ length: 40 }, (_, i): [number, number] => [i, i]);
    const data = vectorsWith(40, 40, pairs);
    for (let row = 0; row < 20; row++)
      data.passages.data.copyWithin((row + 20) * 6, row * 6, row * 6 + 6);
    // Groups would let equal passages stand in two folds.
    for (const groups of [undefined, Array.from({ length: 40 }, (_, i) => i)]) {
      const claim = layOutClaim(prepared({ ...data, groups }), "passages", options);
      for (const { train, judged } of claim.folds) {
        const asked = new Set(judged.map((at) => claim.questions[at] % 20));
        expect(train.passage.some((passage) => asked.has(passage % 20))).toBe(false);
      }
      expect(claim.unitCount).toBe(groups === undefined ? 20 : 40);
    }
  });

  it("draws whole units where there are more questions than are judged", () => {
    const pairs = Array.from({ length: 200 }, (_, i): [number, number] => [i, i % 30]);
    const data = {
      ...vectorsWith(200, 30, pairs),
      groups: Array.from({ length: 200 }, (_, i) => i >> 2),
    };
    const claim = layOutClaim(prepared(data), "questions", { ...options, mostQuestions: 50 });
    expect(claim.questions.length).toBe(48);
    expect(claim.unitCount).toBe(12);
    const sizes = new Map<number, number>();
    for (const query of claim.questions) sizes.set(query >> 2, (sizes.get(query >> 2) ?? 0) + 1);
    expect(new Set(sizes.values())).toEqual(new Set([4]));
    // Those that are not judged are learnt from in all folds but their own.
    for (const { train } of claim.folds) expect(train.query.length).toBeGreaterThan(150);
  });

  it("has no folds where everything hangs together", () => {
    const pairs = Array.from({ length: 10 }, (_, i): [number, number] => [i, 0]);
    expect(layOutClaim(prepared(vectorsWith(10, 3, pairs)), "passages", options).folds).toEqual([]);
  });
});

describe("likelyClaim", () => {
  it("is questions for a small corpus", () => {
    const one = Array.from({ length: 20 }, (_, i): [number, number] => [i, i]);
    expect(likelyClaim(prepared(vectorsWith(20, 300, one)))).toBe("questions");
    expect(likelyClaim(prepared(vectorsWith(20, 301, one)))).toBe("passages");
  });

  it("is questions where labelled passages have 1.5 labels on average", () => {
    const labels = (n: number): [number, number][] =>
      Array.from({ length: n }, (_, i) => [i, i % 10]);
    expect(likelyClaim(prepared(vectorsWith(20, 400, labels(15))))).toBe("questions");
    expect(likelyClaim(prepared(vectorsWith(20, 400, labels(14))))).toBe("passages");
  });
});
