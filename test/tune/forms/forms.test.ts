import { describe, expect, it } from "vitest";
import {
  applyAdapter,
  createRandom,
  fitAdapter,
  fitForms,
  fitRca,
  identityAdapter,
  judgeAdapter,
  type Decision,
  type LabelledVectors,
} from "embedtune";
import { multiply } from "embedtune/math";
import { rowRange } from "../../../src/math/matrix.js";
import { intents } from "../corpora.js";

/** The first or last pairs of a set. */
function slice(
  { queries, passages, pairs }: LabelledVectors,
  from: number,
  to: number,
): LabelledVectors {
  return {
    passages,
    queries: rowRange(queries, from, to),
    pairs: {
      query: Uint32Array.from({ length: to - from }, (_, i) => i),
      passage: Uint32Array.from(pairs.passage).subarray(from, to),
      label: new Uint8Array(to - from).fill(1),
    },
  };
}
const data = intents(420, 12, { noise: 2 });
const train = slice(data, 0, 220);
const test = slice(data, 220, 420);
const options = { candidates: ["rca"] } as const;

/** MRR of the test questions where passages stand at these vectors and scores get these additions. */
function mrrOf(adapter: Decision["adapter"], moved: Decision["forms"][number]["moved"]): number {
  const asked = applyAdapter(adapter, test.queries, { side: "query" });
  const table = applyAdapter(adapter, test.passages, { side: "passage" });
  for (const [i, row] of (moved?.rows ?? new Uint32Array()).entries()) {
    table.data.set(rowRange(moved!.vectors, i, i + 1).data, row * table.cols);
  }
  const scores = multiply(asked, table, { transposeB: true });
  let sum = 0;
  for (let q = 0; q < asked.rows; q++) {
    const row = scores.data.subarray(q * table.rows, (q + 1) * table.rows);
    sum += 1 / row.filter((score) => score >= row[test.pairs.passage[q]]).length;
  }
  return sum / asked.rows;
}

describe("fitAdapter's forms", () => {
  it("gives each form a verdict, and what was judged is what is handed out", async () => {
    const { forms, best, adapter } = await fitAdapter(train, options);
    expect(forms.map(({ name }) => name)).toEqual(["moved passages", "known questions"]);
    const [moved, known] = forms;
    expect(moved.verdict).toBe("use it");
    expect(moved.sentence).toMatch(
      /^use it: for new questions about known passages, moved passages on top of .* raise MRR from 0\.\d{3} to 0\.\d{3}, by \+0\.\d{3} \[.*\], which is .* against the best map alone \(220 questions judged out of fold\); questions about passages nobody has asked about change by [+-]0\.\d{3} \[.*\]\.$/,
    );
    expect(moved.adapter.metadata).toMatchObject({ verdict: "use it", sentence: moved.sentence });
    expect(adapter.metadata.sentence).not.toBe(moved.sentence);
    expect(known).toMatchObject({ move: null, votes: { neighbours: 16 } });
    expect(known.moved).toBeNull();
    const untouched = mrrOf(
      {
        ...adapter,
        query: { center: null, weights: null },
        passage: { center: null, weights: null },
      },
      null,
    );
    const [alone, served] = [mrrOf(best.adapter, null), mrrOf(moved.adapter, moved.moved)];
    expect(served - untouched).toBeGreaterThan(moved.expected.low - 0.05);
    expect(served - untouched).toBeLessThan(moved.expected.high + 0.05);
    expect(served - alone).toBeGreaterThan(moved.overBest.low - 0.05);
  });

  it("finds none to use on shuffled labels", async () => {
    let used = 0;
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const pairs = {
        ...train.pairs,
        passage: createRandom(seed).shuffle(Uint32Array.from(train.pairs.passage)),
      };
      const { forms } = await fitAdapter({ ...train, pairs }, { ...options, seed });
      used += forms.filter(({ verdict }) => verdict === "use it").length;
    }
    expect(used).toBeLessThanOrEqual(1);
  });

  it("is tried where known passages are claimed, and where it is wanted", async () => {
    expect((await fitAdapter(train, { ...options, holdOut: "passages" })).forms).toEqual([]);
    expect((await fitAdapter(train, { ...options, forms: false })).forms).toEqual([]);
    const query = await fitAdapter(train, { ...options, side: "query" });
    expect(query.forms.map(({ side }) => side)).toEqual(["query", "query"]);
  });

  it("is measured for passages nobody has asked about as well, where its map was fitted there", async () => {
    const { forms, otherClaim } = await fitAdapter(train, options);
    expect(otherClaim!.forms.map(({ name }) => name).sort()).toEqual(
      forms.map(({ name }) => name).sort(),
    );
    for (const { gain } of otherClaim!.forms) {
      expect(Number.isFinite(gain.gain + gain.low + gain.high)).toBe(true);
      // What helps known passages stands in the way of others.
      expect(gain.gain).toBeLessThan(forms[0].expected.gain);
    }
  });

  it("changes nothing about the map alone", async () => {
    const [withForms, without] = [
      await fitAdapter(train, options),
      await fitAdapter(train, { ...options, forms: false }),
    ];
    expect(withForms.sentence).toBe(without.sentence);
    expect(withForms.best.adapter).toEqual(without.best.adapter);
    const timeless = ({ table }: Decision) => table.map((row) => ({ ...row, seconds: 0 }));
    expect(timeless(withForms)).toEqual(timeless(without));
  });
});

describe("judged adapters", () => {
  it("must give numbers: one that gives none is refused, and no rank comes of a cosine that is none", async () => {
    const broken = identityAdapter(24);
    const weights = { rows: 24, cols: 24, data: new Float32Array(576).fill(NaN) };
    const nan = { ...broken, query: { center: null, weights } };
    await expect(judgeAdapter(nan, train)).rejects.toThrow("judgeAdapter: ");
    await expect(fitForms(nan, train)).rejects.toThrow("fitForms: ");
    // Finite, but too large for single precision: it must not look like a gain.
    const huge = { ...weights, data: new Float32Array(576).fill(3e38) };
    const { verdict } = await judgeAdapter(
      { ...broken, query: { center: null, weights: huge } },
      train,
    );
    expect(verdict).not.toBe("use it");
  });
});

describe("fitForms", () => {
  // Another half of the same questions: the adapter must not have seen what it is judged on.
  const adapter = fitRca(slice(data, 220, 420));

  it("judges what is served beside a finished adapter, which stays as it is", async () => {
    const forms = await fitForms(adapter, train);
    expect(forms.map(({ name }) => name)).toEqual(["moved passages", "known questions"]);
    for (const form of forms) {
      expect(form.adapter.query).toEqual(adapter.query);
      expect(form.adapter.metadata).toMatchObject({
        method: "rca",
        verdict: form.verdict,
        sentence: form.sentence,
      });
      expect(form.adapter.metadata.metrics!.mrr).toBeGreaterThan(0);
    }
    const [{ moved, move, votes }] = forms;
    expect(moved!.rows.length).toBe(12);
    expect([move !== null, votes]).toEqual([true, null]);
    expect(await fitForms(adapter, train)).toEqual(forms);
  });

  it("takes the untouched embedding for a map, too, and fewer questions to judge by", async () => {
    const identity = identityAdapter(24);
    const forms = await fitForms(identity, train, { mostQuestions: 50 });
    expect(forms[0].method).toBe("identity");
    expect(forms[0].sentence).toMatch(
      /on top of the untouched embedding .* \(50 questions judged out of fold\); questions about passages nobody has asked about were not measured\.$/,
    );
  });

  it("has nothing to say where all questions hang together, and refuses what cannot be judged", async () => {
    const together = { ...train, groups: new Uint32Array(220) };
    expect(await fitForms(adapter, together)).toEqual([]);
    const labels = { ...train, pairs: { ...train.pairs, label: new Uint8Array(220) } };
    await expect(fitForms(adapter, labels)).rejects.toThrow("fitForms: pairs");
    await expect(fitForms(identityAdapter(3), train)).rejects.toThrow(
      "fitForms: queries must be vectors of 3 values, received 24",
    );
    await expect(fitForms(adapter, train, { folds: 1 })).rejects.toThrow("fitForms: folds");
    await expect(fitForms(adapter, train, { metric: "auc" as never })).rejects.toThrow(
      "fitForms: metric",
    );
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(fitForms(adapter, train, { signal })).rejects.toThrow("stop");
  });
});
