import { describe, expect, it } from "vitest";
import type { LabelledVectors } from "embedtune";
import { multiply } from "embedtune/math";
import type { CandidateFamily } from "../../../src/tune/candidates/candidate.js";
import {
  candidateFamilies,
  defaultMethods,
  methodsFor,
  methodNames,
} from "../../../src/tune/candidates/default-candidates.js";
import { fittedSides } from "../../../src/tune/candidates/fitted-sides.js";
import { layOutClaim } from "../../../src/tune/claims/claims.js";
import { intents, prepared } from "../corpora.js";

const data = intents(60, 6, { d: 6 });
const wrong = data.pairs.passage.map((passage) => (passage + 1) % 6);
const labelled: LabelledVectors = {
  ...data,
  pairs: {
    query: Uint32Array.of(...data.pairs.query, ...data.pairs.query),
    passage: Uint32Array.of(...data.pairs.passage, ...wrong),
    label: Uint8Array.of(...data.pairs.label, ...new Uint8Array(60)),
  },
};
const corpus = prepared(labelled);
const { folds, questions } = layOutClaim(corpus, "questions", {
  ...{ folds: 5, seed: 1, mostQuestions: 2000 },
});
const [fold] = folds;
const pairs = { positives: fold.train, negatives: fold.trainNegatives };

/** Everything that the method's families fit on the first fold. */
async function fitAll(vectors: LabelledVectors, method: (typeof methodNames)[number]) {
  const families = candidateFamilies(prepared(vectors), {
    methods: [method],
    side: "both",
    claim: "questions",
    seed: 1,
  });
  return Promise.all(
    families.map(async (family) => {
      const wanted = [...family.candidates.keys()];
      const fitted = await family.fit(pairs, wanted, {});
      return wanted.map((at) => fitted.sides(at));
    }),
  );
}

describe("every method", () => {
  const heldOut = fold.judged.map((at) => questions[at]);
  const moved = { ...labelled.queries, data: labelled.queries.data.slice() };
  for (const row of heldOut)
    for (let j = 0; j < 6; j++) moved.data[6 * row + j] = ((row + j) % 7) + 1;

  it.each(methodNames)("learns nothing from questions that no pair names: %s", async (method) => {
    expect(await fitAll({ ...labelled, queries: moved }, method)).toEqual(
      await fitAll(labelled, method),
    );
  });

  it("learns how questions spread from a log, where one is given, whatever else is in the table", async () => {
    const log = intents(40, 6, { d: 6, seed: 2 }).queries;
    const own = await fitAll({ ...labelled, log }, "corpus-prior");
    expect(own).toEqual(await fitAll({ ...labelled, queries: moved, log }, "corpus-prior"));
    expect(own).not.toEqual(await fitAll(labelled, "corpus-prior"));
  });

  it.each(methodNames)("scores as the maps do that it gives out: %s", async (method) => {
    const families = candidateFamilies(corpus, {
      methods: [method],
      side: "both",
      claim: "questions",
      seed: 1,
    });
    for (const family of families) {
      const wanted = [...family.candidates.keys()];
      const fitted = await family.fit(pairs, wanted, {});
      const score = fitted.scorer(corpus.queries, corpus.passages);
      const plain = fittedSides((at) => fitted.sides(at)).scorer(corpus.queries, corpus.passages);
      for (const at of wanted) {
        const [own, expected] = [score(at).data, plain(at).data];
        const largest = own.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i])), 0);
        expect(largest).toBeLessThan(1e-4);
      }
    }
  });
});

describe("methodsFor", () => {
  const methodsAt = (n: number): readonly string[] => methodsFor(prepared(intents(n, 6, { d: 6 })));

  it("tries a few steady methods below a hundred labelled questions, and all from there on", () => {
    expect(methodsAt(99)).toEqual(["rca", "corpus-prior"]);
    expect(methodsAt(100)).toEqual(defaultMethods);
  });

  it("has one favourite a side: mild RCA", () => {
    const all = candidateFamilies(corpus, {
      methods: defaultMethods,
      side: "both",
      claim: "questions",
      seed: 1,
    });
    const favourites = all.flatMap(({ candidates }) => candidates.filter((c) => c.favourite));
    const parameters = { lambda: 1, power: 0.25 };
    expect(favourites).toEqual([
      { method: "rca", side: "both", parameters, favourite: true },
      { method: "rca", side: "query", parameters, favourite: true },
    ]);
  });
});

describe("candidateFamilies", () => {
  const familiesOf = (side: "both" | "query"): CandidateFamily[] =>
    candidateFamilies(corpus, { methods: defaultMethods, side, claim: "questions", seed: 1 });

  it("begins with the untouched embedding, and has trained families last", async () => {
    const families = familiesOf("both");
    const [identity] = families;
    const fitted = await identity.fit(pairs, [0], {});
    expect(identity.candidates).toEqual([{ method: "identity", side: "query", parameters: {} }]);
    expect(fitted.scorer(corpus.queries, corpus.passages)(0)).toEqual(
      multiply(corpus.queries, corpus.passages, { transposeB: true }),
    );
    const kinds = families.map(({ kind }) => kind);
    expect(kinds.indexOf("trained")).toBeGreaterThan(kinds.lastIndexOf("closed form"));
  });

  it("ends runs sooner where a step takes long", () => {
    const epochsOf = (d: number): unknown[] => {
      const families = candidateFamilies(prepared(intents(3000, 6, { d })), {
        ...{ methods: ["info-nce"], side: "both", claim: "questions", seed: 1 },
      });
      return families.at(-1)!.candidates.map(({ parameters }) => parameters["epoch"]);
    };
    // 10 steps an epoch.
    expect(epochsOf(6)).toEqual([1, 2, 4, 8, 16]);
    expect(epochsOf(1400)).toEqual([1, 2, 4, 8]);
  });

  it("leaves out a prior that weighs under a twentieth of what pairs do, but never all", () => {
    const weights = (pairs: number): (number | undefined)[] =>
      candidateFamilies(prepared(intents(pairs, 6, { d: 3 })), {
        ...{ methods: ["corpus-prior"], side: "both", claim: "questions", seed: 1 },
      })
        .slice(1)
        .map(({ candidates }) => candidates[0].parameters["nu"]);
    expect(weights(1999)).toEqual([100, 1000]);
    expect(weights(2000)).toEqual([1000]);
    expect(weights(20_000)).toEqual([1000]);
  });

  it("trains from fewer starts where the claim is about passages nobody has asked about", () => {
    const runs = (claim: "questions" | "passages", n: number): string[] =>
      candidateFamilies(prepared(intents(n, 60, { d: 6 })), {
        ...{ methods: ["info-nce"], side: "both", claim, seed: 1 },
      })
        .filter(({ kind }) => kind === "trained")
        .map(({ name }) => name.replace("info-nce from ", "").replace("trained, ", ""));
    const thin = runs("questions", 200);
    expect(thin).toEqual([
      "rca, queries rate 0.0003",
      "identity, both sides rate 0.0003",
      "rca, queries rate 0.001",
      "rca, both sides rate 0.0003",
    ]);
    expect(runs("passages", 200)).toEqual([thin[1], thin[2]]);
    const many = ["rca, queries rate 0.001", "rca, both sides rate 0.001"];
    expect(runs("questions", 1200)).toEqual(many);
    expect(runs("passages", 1200)).toEqual(many);
  });

  it("leaves passages as they are on the query side, and with every candidate that says so", async () => {
    for (const side of ["query", "both"] as const) {
      for (const family of familiesOf(side)) {
        const wanted = [...family.candidates.keys()];
        const fitted = await family.fit(pairs, wanted, {});
        for (const at of wanted) {
          if (side === "query") expect(family.candidates[at].side).toBe("query");
          if (family.candidates[at].side === "both") continue;
          expect(fitted.sides(at).passage).toEqual({ center: null, weights: null });
        }
      }
    }
  });

  it("foresees more time for more pairs, and for more of a training run", () => {
    for (const family of familiesOf("both").slice(1)) {
      const all = [...family.candidates.keys()];
      expect(family.cost(5000, all)).toBeGreaterThan(family.cost(50, all));
      if (family.kind === "trained") {
        expect(family.cost(5000, all)).toBeGreaterThan(family.cost(5000, [0]));
      }
    }
  });
});
