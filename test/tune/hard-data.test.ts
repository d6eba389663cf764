import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  adapterLearningCurve,
  applyAdapter,
  createRandom,
  fitAdapter,
  identityAdapter,
  judgeAdapter,
  type Decision,
  type LabelledVectors,
} from "embedtune";
import { createMatrix, multiply, setKernel } from "embedtune/math";
import type { Matrix } from "../../src/math/matrix.js";
import { methodNames } from "../../src/tune/candidates/default-candidates.js";
import { namedFamilies } from "../../src/tune/candidates/named-families.js";
import { intents, vectorsWith } from "./corpora.js";
import { topics } from "./topics.js";

const closedForms = ["rca", "corpus-prior", "ridge"] as const;

/** Paths to all numbers that are not finite. */
function notFinite(value: unknown, path = ""): string[] {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [`${path} = ${value}`];
  if (typeof value !== "object" || value === null) return [];
  if (ArrayBuffer.isView(value)) {
    return [...(value as Float32Array)].every(Number.isFinite) ? [] : [path];
  }
  return Object.entries(value).flatMap(([key, part]) => notFinite(part, `${path}.${key}`));
}

/** Rows of `d` values by place. */
function rowsOf(rows: number, d: number, value: (row: number, column: number) => number): Matrix {
  const matrix = createMatrix(rows, d);
  for (let i = 0; i < rows * d; i++) matrix.data[i] = value(Math.floor(i / d), i % d);
  return matrix;
}

function oneToOne(count: number): LabelledVectors["pairs"] {
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  return { query: rows, passage: rows, label: new Uint8Array(count).fill(1) };
}

function expectSound(decision: Decision, { queries, passages }: LabelledVectors): void {
  expect(notFinite(decision)).toEqual([]);
  for (const { adapter } of [decision, decision.best, decision.bestQueryOnly]) {
    expect(notFinite(applyAdapter(adapter, queries, { side: "query" }))).toEqual([]);
    expect(notFinite(applyAdapter(adapter, passages, { side: "passage" }))).toEqual([]);
  }
  expect(decision.bestQueryOnly.adapter.passage).toEqual({ center: null, weights: null });
  expect(decision.sentence).not.toMatch(/NaN|undefined|null|Infinity/);
}

describe("fitAdapter, whatever the vectors and pairs", () => {
  it("ends in finite numbers alone", async () => {
    const magnitude = fc.constantFrom(1, 1e30, 1e-30, 1e-42);
    const corpus = fc.record({
      ...{ queries: fc.integer({ min: 1, max: 9 }), passages: fc.integer({ min: 1, max: 7 }) },
      ...{ d: fc.integer({ min: 1, max: 4 }), magnitude, values: fc.integer({ min: 1, max: 5 }) },
      pairs: fc.array(fc.tuple(fc.nat(8), fc.nat(6), fc.boolean()), {
        minLength: 1,
        maxLength: 14,
      }),
      groups: fc.option(fc.array(fc.nat(3), { minLength: 9, maxLength: 9 })),
      holdOut: fc.constantFrom("auto", "questions", "passages"),
      side: fc.constantFrom("both", "query"),
      seed: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(corpus, async ({ queries, passages, d, values, seed, ...rest }) => {
        const random = createRandom(seed);
        // Few values make equal rows, ties and directions in which nothing varies.
        const draw = (): number => rest.magnitude * (1 + random.integer(values));
        const labelOf = new Map<string, [number, number, number]>();
        for (const [q, p, match] of rest.pairs) {
          const [query, passage] = [q % queries, p % passages];
          labelOf.set(`${query} ${passage}`, [query, passage, match ? 1 : 0]);
        }
        const pairs = [...labelOf.values()];
        const data = {
          queries: rowsOf(queries, d, draw),
          passages: rowsOf(passages, d, draw),
          pairs: {
            query: Uint32Array.from(pairs, ([query]) => query),
            passage: Uint32Array.from(pairs, ([, passage]) => passage),
            label: Uint8Array.from(pairs, ([, , label]) => label),
          },
          ...(rest.groups === null ? {} : { groups: rest.groups.slice(0, queries) }),
        };
        const { holdOut, side } = rest;
        expectSound(await fitAdapter(data, { holdOut, side, candidates: closedForms }), data);
      }),
      { numRuns: 60 },
    );
  });

  const random = createRandom("hard data");
  const normal = (): number => random.normal();
  const flat: LabelledVectors["queries"] = rowsOf(30, 4, (_, j) => j + 1);
  const hard: Record<string, LabelledVectors> = {
    "one dimension": topics(30, 1),
    "two labels": topics(2, 8),
    "three labels, more dimensions than labels": topics(3, 40),
    "one passage": {
      ...{ queries: rowsOf(30, 4, normal), passages: rowsOf(1, 4, normal) },
      pairs: { ...oneToOne(30), passage: new Uint32Array(30) },
    },
    "all passages equal": {
      ...{ queries: rowsOf(30, 4, normal), passages: flat, pairs: oneToOne(30) },
    },
    "all questions equal": {
      ...{ queries: flat, passages: rowsOf(30, 4, normal), pairs: oneToOne(30) },
    },
    "questions of two directions": {
      queries: rowsOf(30, 4, (i, j) => (i % 2 === 0 ? 1 : -1) + j),
      ...{ passages: rowsOf(30, 4, normal), pairs: oneToOne(30) },
    },
    "questions to which all passages are right": vectorsWith(
      10,
      3,
      Array.from({ length: 30 }, (_, i): [number, number] => [i % 10, Math.floor(i / 10)]),
    ),
    "huge values": {
      queries: rowsOf(30, 4, () => 1e38 * Math.sign(normal())),
      ...{ passages: rowsOf(30, 4, () => 1e30 * normal()), pairs: oneToOne(30) },
    },
    denormals: {
      queries: rowsOf(30, 4, () => 1e-42 * normal()),
      ...{ passages: rowsOf(30, 4, () => 1e-45 * (1 + random.integer(3))), pairs: oneToOne(30) },
    },
    "grades of all sizes": {
      ...topics(30, 4),
      pairs: { ...oneToOne(30), grade: Float64Array.from({ length: 30 }, (_, i) => 10 ** (i - 9)) },
    },
    "all labelled 0": {
      ...{ queries: rowsOf(9, 4, normal), passages: rowsOf(9, 4, normal) },
      pairs: { ...oneToOne(9), label: new Uint8Array(9) },
    },
  };
  it.each(Object.keys(hard))(
    "learns from %s, training and all, or leaves things be",
    async (name) => {
      const data = hard[name];
      const decision = await fitAdapter(data);
      expectSound(decision, data);
      expect(decision.verdict).not.toBe("use it");
      if (decision.verdict !== "untested") {
        expect(notFinite(await adapterLearningCurve(data, { folds: 2 }).catch(() => null))).toEqual(
          [],
        );
      }
    },
  );

  it("judges a fold without pairs to learn from by the untouched embedding", async () => {
    // Two groups that share all passages: under "passages", holding one out leaves nothing.
    const data = topics(40, 4);
    const passage = data.pairs.passage.map((row) => row >> 1);
    const shared = {
      ...{ ...data, pairs: { ...data.pairs, passage } },
      groups: Array.from({ length: 40 }, (_, i) => i % 2),
    };
    const decision = await fitAdapter(shared, { holdOut: "passages", candidates: closedForms });
    expectSound(decision, shared);
    const { gain, low, high } = decision.best.expected!;
    expect(gain).toBe(0);
    // Nothing moved, which is no proof that nothing will.
    expect(low).toBeLessThan(-0.02);
    expect(high).toBeGreaterThan(0.02);
  });

  it("judges a method by the untouched embedding where a fold leaves it no pair labelled 0", async () => {
    const data = topics(30, 4);
    const rows = data.pairs.query;
    const pairs = {
      query: Uint32Array.of(...rows, ...rows),
      passage: Uint32Array.of(...rows, ...rows.map((row) => (row + 1) % 30)),
      label: Uint8Array.from({ length: 60 }, (_, i) => (i < 30 ? 1 : 0)),
    };
    const odd = { ...data, pairs, groups: Array.from({ length: 30 }, (_, i) => i % 2) };
    expectSound(await fitAdapter(odd, { candidates: ["discriminative"] }), odd);
  });
});

describe("what cannot be learnt from or judged by", () => {
  const data = vectorsWith(6, 5, [
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  const with_ = (change: object): LabelledVectors => ({ ...data, ...change });
  const list = Array.from({ length: 6 }, () => [1, 2, 3, 4, 5, 6]);
  const changed = ({ data: values, ...rest }: Matrix, at: number, value: number): Matrix => {
    const copy = values.slice();
    copy[at] = value;
    return { ...rest, data: copy };
  };
  const { queries, pairs } = data;
  it.each([
    [
      "a list of lists",
      { queries: list },
      "queries must be a Matrix, as fromRows makes it, received an array of 6",
    ],
    [
      "nothing",
      { passages: undefined },
      "passages must be a Matrix, as fromRows makes it, received nothing",
    ],
    [
      "values in another precision",
      { queries: { rows: 6, cols: 6, data: new Float64Array(36).fill(1) } },
      "queries must be a Matrix, as fromRows makes it, received ",
    ],
    [
      "too many values",
      { queries: { rows: 5, cols: 6, data: queries.data } },
      "queries must have rows × cols values, 5 × 6, received 36",
    ],
    [
      "NaN",
      { queries: changed(queries, 7, NaN) },
      "queries: row 1, column 1 must be a finite number, received NaN",
    ],
    [
      "a vector of zeros",
      { passages: rowsOf(5, 6, (i) => i) },
      "passages: row 0 must have a direction, received zeros only",
    ],
    [
      "other dimensions",
      { passages: rowsOf(5, 7, () => 1) },
      "passages must have as many dimensions as the queries, 6, received 7",
    ],
    [
      "no passages",
      { passages: createMatrix(0, 6), pairs: oneToOne(0) },
      "passages must hold at least one row, received none",
    ],
    [
      "a list of pairs",
      { pairs: [{ query: 0, passage: 0, label: 1 }] },
      "pairs.query must be a column with one number a pair, received nothing",
    ],
    [
      "groups that are too few",
      { groups: ["a"] },
      "groups must name one per query (6), received 1",
    ],
    [
      "a grade of 0",
      { pairs: { ...pairs, grade: Float64Array.of(1, 2, 0, 1) } },
      "pairs.grade[2] must be a number > 0, received 0",
    ],
    [
      "a grade of NaN",
      { pairs: { ...pairs, grade: Float64Array.of(1, NaN, 1, 1) } },
      "pairs.grade[1] must be a number > 0, received NaN",
    ],
    [
      "a log of other dimensions",
      { log: rowsOf(3, 5, () => 1) },
      "log must be a matrix of 6 columns, received 5",
    ],
    ["an empty log", { log: createMatrix(0, 6) }, "log must hold at least one row, received none"],
    ["a log of null", { log: null }, "log must be a Matrix, as fromRows makes it, received null"],
  ])("is refused by name: %s", async (_, change, message) => {
    const odd = with_(change);
    const adapter = identityAdapter(6);
    await expect(fitAdapter(odd)).rejects.toThrow(`fitAdapter: ${message}`);
    await expect(judgeAdapter(adapter, odd)).rejects.toThrow(`judgeAdapter: ${message}`);
    await expect(adapterLearningCurve(odd)).rejects.toThrow(`adapterLearningCurve: ${message}`);
  });

  it("is an adapter of other dimensions, or no label", async () => {
    await expect(judgeAdapter(identityAdapter(5), data)).rejects.toThrow(
      "judgeAdapter: queries must be of the adapter's 5 dimensions, received 6",
    );
    const none = { ...data, pairs: { ...pairs, label: new Uint8Array(4) } };
    await expect(judgeAdapter(identityAdapter(6), none)).rejects.toThrow(
      "judgeAdapter: pairs must hold at least one with label 1, received none",
    );
  });

  it.each([
    [{ metric: "mean" }, "adapterLearningCurve: metric must be"],
    [{ folds: 1 }, "adapterLearningCurve: folds must be an integer >= 2, received 1"],
    [{ holdOut: "all" }, "adapterLearningCurve: holdOut must be"],
  ])("is a curve by the options %j", async (options, message) => {
    await expect(adapterLearningCurve(data, options as never)).rejects.toThrow(message);
  });
});

describe("fitAdapter, asked for methods by name", () => {
  const data = intents(40, 6, { d: 6 });
  it.each(methodNames)(
    "leaves passages as they are with side query and %s, or refuses",
    async (name) => {
      const asked = fitAdapter(data, { side: "query", candidates: [name] });
      if (name in namedFamilies) {
        await expect(asked).rejects.toThrow(
          `fitAdapter: candidates[0], with side "query", must be "rca", "corpus-prior", "ridge" or "info-nce", received "${name}"`,
        );
        return;
      }
      const { table, best } = await asked;
      expect(new Set(table.map(({ side }) => side))).toEqual(new Set(["query"]));
      expect(best.adapter.passage).toEqual({ center: null, weights: null });
    },
  );

  it("tries nothing but the untouched embedding where no method is named", async () => {
    const decision = await fitAdapter(data, { candidates: [] });
    expect(decision.table.map(({ method }) => method)).toEqual(["identity"]);
    expect(decision.verdict).toBe("not shown");
    expectSound(decision, data);
  });

  it("refuses what is no list, and a method that lacks pairs labelled 0", async () => {
    await expect(fitAdapter(data, { candidates: "rca" as never })).rejects.toThrow(
      'fitAdapter: candidates must be a list of methods, received "rca"',
    );
    await expect(fitAdapter(data, { candidates: ["rca", "discriminative"] })).rejects.toThrow(
      'fitAdapter: candidates[1] must be a method that needs no pair labelled 0, for there is none, received "discriminative"',
    );
  });

  it("takes as many folds as there are questions", async () => {
    const many = intents(260, 3, { d: 2 });
    const { questions } = await fitAdapter(many, { folds: 260, candidates: ["ridge"] });
    expect(questions).toHaveLength(260);
  });
});

describe("a run that is told to stop", () => {
  it("stops wherever it is, with the reason", async () => {
    const data = intents(60, 6, { d: 6 });
    let steps = 0;
    await fitAdapter(data, { onProgress: () => steps++ });
    const random = createRandom("stops");
    for (let i = 0; i < 4; i++) {
      const stopAt = 1 + random.integer(steps);
      const controller = new AbortController();
      let step = 0;
      const onProgress = (): void => {
        if (++step === stopAt) controller.abort(new Error(`enough at ${stopAt}`));
      };
      await expect(fitAdapter(data, { signal: controller.signal, onProgress })).rejects.toThrow(
        `enough at ${stopAt}`,
      );
    }
  });
});

describe("the same seed", () => {
  it("gives the same decision whatever the number of threads", async () => {
    const data = intents(120, 10, { d: 96 });
    const large = rowsOf(620, 620, (i, j) => i - j);
    const decide = async (threads: number): Promise<unknown> => {
      setKernel({ threads });
      multiply(large, large); // starts the workers, which then take their share of smaller products
      const decision = await fitAdapter(data, { seed: "threads", candidates: ["rca", "info-nce"] });
      return { ...decision, table: decision.table.map((row) => ({ ...row, seconds: 0 })) };
    };
    try {
      expect(await decide(2)).toEqual(await decide(1));
    } finally {
      setKernel();
    }
  });
});

describe("the same question twice", () => {
  it("stays in one fold when rounding alone tells its vectors apart", async () => {
    const once = vectorsWith(
      60,
      30,
      Array.from({ length: 60 }, (_, i) => [i, (i * 7) % 30] as const),
      { d: 16 },
    );
    const twice = createMatrix(120, 16);
    twice.data.set(once.queries.data);
    twice.data.set(
      once.queries.data.map((x) => 3 * x),
      once.queries.data.length,
    );
    const passage = Uint32Array.of(...once.pairs.passage, ...once.pairs.passage);
    const pairs = {
      query: Uint32Array.from(passage.keys()),
      passage,
      label: new Uint8Array(120).fill(1),
    };
    const decision = await fitAdapter(
      { ...once, queries: twice, pairs },
      { forms: false, candidates: ["ridge"] },
    );
    expect(decision.labels.groups).toBe(60);
    expect(decision.verdict).not.toBe("use it");
  });
});
