import { describe, expect, it } from "vitest";
import {
  applyAdapter,
  cosineSimilarity,
  createRandom,
  fitAdapter,
  judgeAdapter,
  type Decision,
  type LabelledVectors,
} from "embedtune";
import { createMatrix, rowOf } from "embedtune/math";
import { intents } from "./corpora.js";
import { topics } from "./topics.js";

/** The same questions with their labels given to others at random. */
function shuffled(data: LabelledVectors, seed: number): LabelledVectors {
  const passage = createRandom(`shuffled/${seed}`).shuffle(data.pairs.passage.slice());
  return { ...data, pairs: { ...data.pairs, passage } };
}

/** Pairs `from` to `to`; questions keep their rows. */
function slice({ pairs, ...rest }: LabelledVectors, from: number, to: number): LabelledVectors {
  const cut = <T extends { slice(a: number, b: number): T }>(column: T): T =>
    column.slice(from, to);
  return {
    ...rest,
    pairs: { query: cut(pairs.query), passage: cut(pairs.passage), label: cut(pairs.label) },
  };
}

describe("fitAdapter, where there is something to learn", () => {
  const data = intents(260, 12);
  const known = slice(data, 0, 160);
  const fresh = slice(data, 160, 260);
  let decision: Decision;

  it("says use it about known passages, and hands back the best", async () => {
    decision = await fitAdapter(known, { embedder: "test/intents" });
    expect(decision.verdict).toBe("use it");
    expect(decision.claim).toBe("questions");
    expect(decision.adapter).toBe(decision.best.adapter);
    expect(decision.best.expected?.low).toBeGreaterThan(0);
    expect(decision.labelsNeeded).toBe(160);
  });

  it("foresees what the adapter does for new questions", async () => {
    const { verdict, gain } = await judgeAdapter(decision.adapter, fresh);
    expect(verdict).toBe("use it");
    const expected = decision.best.expected!;
    expect(Math.abs(gain.gain - expected.gain)).toBeLessThan(
      gain.high - gain.low + expected.high - expected.low,
    );
  });

  it("makes one sentence, and the adapter carries it", () => {
    const { sentence, adapter, figures } = decision;
    expect(sentence).toMatch(
      /^use it: for new questions about known passages, .* raises MRR from 0\.\d{3} to 0\.\d{3}, by \+0\.\d{3} \[0\.\d{3}, 0\.\d{3}\] \(160 questions judged out of fold against 12 passages\)\.$/,
    );
    expect(adapter.metadata).toMatchObject({
      ...{ embedder: "test/intents", verdict: "use it", sentence },
      metrics: { mrr: figures.mrr.after },
    });
    expect(adapter.metadata.trainingData).toMatch(/^[0-9a-f]{16}$/);
    expect(adapter.metadata.threshold).toBeGreaterThan(-1);
    expect(adapter.metadata.threshold).toBeLessThan(1);
  });

  it("prices an untouched index beside it, from the same pass", () => {
    const { bestQueryOnly, queryOnlyDifference } = decision;
    expect(bestQueryOnly.adapter.passage).toEqual({ center: null, weights: null });
    expect(bestQueryOnly.adapter.metadata.side).toBe("query");
    expect(queryOnlyDifference?.gain).toBeCloseTo(
      bestQueryOnly.expected!.gain - decision.best.expected!.gain,
      10,
    );
  });

  it("shows the other claim, each candidate's line, and each question's ranks", () => {
    expect(decision.otherClaim?.claim).toBe("passages");
    expect(decision.table[0]).toMatchObject({ method: "identity", skipped: null });
    expect(decision.table[0].gain).toEqual({ gain: 0, low: 0, high: 0 });
    expect(new Set(decision.table.map(({ method }) => method))).toEqual(
      new Set(["identity", "rca", "corpus-prior", "ridge", "info-nce from rca"]),
    );
    const { questions, figures } = decision;
    expect(questions).toHaveLength(160);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(questions.map(({ before }) => 1 / before))).toBeCloseTo(figures.mrr.before, 12);
    expect(mean(questions.map(({ after }) => 1 / after))).toBeCloseTo(figures.mrr.after, 12);
    expect(figures.mrr.after - figures.mrr.before).toBeCloseTo(decision.best.expected!.gain, 12);
    for (const { before, after, bestOfAll, nearest } of questions) {
      expect(bestOfAll).toBeLessThanOrEqual(Math.min(before, after));
      for (const [rank, { rightCosine, wrongCosine, right, wrong }] of [
        [before, nearest.before],
        [after, nearest.after],
      ] as const) {
        expect(rank === 1).toBe(rightCosine > wrongCosine!);
        expect(right).not.toBe(wrong);
      }
    }
  });

  it("tells what stood nearest to each question", () => {
    const { queries, passages, pairs } = known;
    for (const { row, nearest } of decision.questions.slice(0, 40)) {
      const cosines = Array.from({ length: passages.rows }, (_, j) =>
        cosineSimilarity(rowOf(queries, row), rowOf(passages, j)),
      );
      const right = pairs.passage.filter((_, i) => pairs.query[i] === row);
      const wrong = [...cosines.keys()].filter((j) => !right.includes(j));
      const most = (rows: ArrayLike<number>): number =>
        Math.max(...Array.from(rows, (j) => cosines[j]));
      expect(right).toContain(nearest.before.right);
      expect(nearest.before.rightCosine).toBeCloseTo(most(right), 5);
      expect(nearest.before.wrongCosine).toBeCloseTo(most(wrong), 5);
      expect(cosines[nearest.before.wrong!]).toBeCloseTo(nearest.before.wrongCosine!, 5);
    }
  });

  it("is plain data", () => {
    expect(structuredClone(decision)).toEqual(decision);
  });

  it("gives the same bits for the same seed", async () => {
    const some = slice(data, 0, 60);
    expect((await fitAdapter(some)).best.adapter).toEqual((await fitAdapter(some)).best.adapter);
  });

  it("leaves passages as they are when asked for the query side", async () => {
    const { adapter, table } = await fitAdapter(known, { side: "query", candidates: ["rca"] });
    expect(adapter.passage).toEqual({ center: null, weights: null });
    expect(new Set(table.map(({ side }) => side))).toEqual(new Set(["query"]));
  });
});

describe("fitAdapter, where there is nothing to learn", () => {
  it("does not say use it on noise more often than chance allows", async () => {
    let used = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(`noise/${seed}`);
      const draw = (): LabelledVectors["queries"] => {
        const matrix = createMatrix(120, 64);
        for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
        return matrix;
      };
      const rows = Uint32Array.from({ length: 120 }, (_, i) => i);
      const pairs = { query: rows, passage: rows, label: new Uint8Array(120).fill(1) };
      const data = { queries: draw(), passages: draw(), pairs };
      // Each passage has one question: a fit that held it out has moved all passages but the right one.
      const { verdict, adapter, claim } = await fitAdapter(data, { candidates: ["rca"] });
      expect(claim).toBe("questions");
      if (verdict === "use it") used++;
      else expect(adapter.metadata.method).toBe("identity");
    }
    // At 2.5 % each, four or more of twenty come in 1 run of 600.
    expect(used).toBeLessThan(4);
  });

  it("says that shuffled labels look unrelated to their passages", async () => {
    const decision = await fitAdapter(shuffled(intents(200, 12), 1), { candidates: ["rca"] });
    expect(decision.verdict).not.toBe("use it");
    expect(decision.labelsLookUnrelated).toBe(true);
    expect(decision.sentence).toContain("look unrelated to these passages");
  });

  it("leaves an embedding alone that every change makes worse", async () => {
    // Isotropic, and matches a hair apart: whitening the little noise there is can only mix things up.
    const data = topics(200, 8, { nuisance: 0 });
    const { verdict, adapter, sentence } = await fitAdapter(data, { candidates: ["ridge"] });
    expect(["leave it", "not shown"]).toContain(verdict);
    expect(sentence.startsWith(`${verdict}: `)).toBe(true);
    expect(adapter.metadata).toMatchObject({ method: "identity", verdict, sentence });
  });
});

describe("fitAdapter, given little or odd data", () => {
  it("is untested without labels, offers what the corpus's spread gives, and recommends nothing", async () => {
    const { queries, passages } = intents(50, 12);
    const none = { query: new Uint32Array(), passage: new Uint32Array(), label: new Uint8Array() };
    const decision = await fitAdapter({ queries, passages, pairs: none, log: queries });
    expect(decision.verdict).toBe("untested");
    expect(decision.claim).toBeNull();
    expect(decision.adapter.metadata.method).toBe("identity");
    expect(decision.best).toMatchObject({ method: "corpus-spread", expected: null });
    expect(decision.sentence).toMatch(/^untested: there are no labels to judge by/);
    expect(decision.labelsNeeded).toBe(100);
  });

  it("is untested where one group leaves nothing to hold out", async () => {
    for (const data of [{ ...topics(6, 3), groups: Array(6).fill("a") }, topics(1, 3)]) {
      const { verdict, adapter, sentence } = await fitAdapter(data);
      expect(verdict).toBe("untested");
      expect(sentence).toContain("one group");
      expect(adapter.metadata.method).toBe("identity");
    }
  });

  it("survives one dimension, constant columns, and fewer pairs than folds", async () => {
    const flat = topics(20, 5);
    for (let i = 0; i < 20; i++) flat.queries.data[i * 5] = flat.passages.data[i * 5] = 3;
    for (const data of [topics(20, 1), flat, topics(3, 40), topics(2, 2)]) {
      const { best, table } = await fitAdapter(data, {
        candidates: ["rca", "corpus-prior", "ridge"],
      });
      for (const { figure } of table) expect(figure).toBeGreaterThan(0);
      const adapted = applyAdapter(best.adapter, data.queries, { side: "query" });
      expect(adapted.data.every(Number.isFinite)).toBe(true);
    }
  });

  it("takes pairs labelled 0 for thresholds, and as distractors like any passage", async () => {
    const data = intents(80, 12);
    const wrong = data.pairs.passage.map((passage) => (passage + 1) % 12);
    const pairs = {
      query: Uint32Array.of(...data.pairs.query, ...data.pairs.query),
      passage: Uint32Array.of(...data.pairs.passage, ...wrong),
      label: Uint8Array.of(...data.pairs.label, ...new Uint8Array(80)),
    };
    const only = { candidates: ["rca"] } as const;
    const [without, withWrong] = [
      await fitAdapter(data, only),
      await fitAdapter({ ...data, pairs }, only),
    ];
    expect(withWrong.figures).toEqual(without.figures);
    expect(withWrong.adapter.metadata.threshold).not.toBe(without.adapter.metadata.threshold);
  });

  it("tries what is asked for by name, and all of it ends in finite numbers", async () => {
    const data = intents(60, 8, { d: 8 });
    const wrong = data.pairs.passage.map((passage) => (passage + 1) % 8);
    const pairs = {
      query: Uint32Array.of(...data.pairs.query, ...data.pairs.query),
      passage: Uint32Array.of(...data.pairs.passage, ...wrong),
      label: Uint8Array.of(...data.pairs.label, ...new Uint8Array(60)),
    };
    const candidates = [
      ...(["discriminative", "procrustes", "whitening"] as const),
      ...(["refined-rca", "ridge-rca", "blended-rca"] as const),
    ];
    const { table } = await fitAdapter({ ...data, pairs }, { candidates });
    for (const { figure, skipped } of table) {
      if (skipped === null) expect(figure).toBeGreaterThan(0);
    }
    expect(table[1].method).toBe("discriminative");
  });

  it.each([
    [{ side: "passage" }, 'fitAdapter: side must be "both" or "query", received "passage"'],
    [{ holdOut: "groups" }, "fitAdapter: holdOut must be"],
    [
      { metric: "balanced" },
      'fitAdapter: metric must be "mrr", "ndcg@10" or "recall@k", received "balanced"',
    ],
    [{ metric: "recall@0" }, "fitAdapter: metric must be"],
    [{ candidates: ["rca", "nope"] }, "fitAdapter: candidates[1] must be"],
    [{ folds: 1 }, "fitAdapter: folds must be an integer >= 2, received 1"],
    [{ leastGain: -1 }, "fitAdapter: leastGain must be a number >= 0, received -1"],
    [{ timeBudget: NaN }, "fitAdapter: timeBudget must be"],
  ])("refuses the options %j", async (options, message) => {
    await expect(fitAdapter(topics(10, 3), options as never)).rejects.toThrow(message);
  });

  it("drops whole families that there is no time for, names them, and keeps what there is", async () => {
    const { table, sentence, verdict } = await fitAdapter(intents(120, 8), { timeBudget: 0 });
    expect(table[0]).toMatchObject({ method: "identity", skipped: null });
    expect(new Set(table.slice(1).map(({ skipped }) => skipped))).toEqual(new Set(["time"]));
    expect(verdict).toBe("not shown");
    expect(sentence).toMatch(
      /Not tried for lack of time: rca, corpus-prior, nu 100, .*ridge, info-nce/,
    );
  });

  it("stops when it is told to", async () => {
    const controller = new AbortController();
    const onProgress = (): void => {
      controller.abort(new Error("enough"));
    };
    const job = { signal: controller.signal, onProgress };
    await expect(fitAdapter(topics(60, 8), job)).rejects.toThrow("enough");
  });
});

describe("fitAdapter, in a corpus too large to choose by all of it", () => {
  it("judges against the whole corpus, not the sample that it chooses by", async () => {
    const { queries, passages, pairs } = intents(60, 12, { d: 4 });
    const rows = 20_500;
    const random = createRandom(5);
    const whole = createMatrix(rows, 4);
    whole.data.set(passages.data);
    for (let i = passages.data.length; i < whole.data.length; i++) whole.data[i] = random.normal();
    const data = { queries, passages: whole, pairs };
    const decision = await fitAdapter(data, { candidates: ["ridge"], holdOut: "questions" });
    expect(decision.corpus).toEqual({ rows, judged: 20_000 });
    // In the sample alone, the untouched embedding ranks better: it meets fewer distractors.
    expect(decision.table[0].figure).toBeGreaterThan(decision.figures.mrr.before);
    const { figures } = await judgeAdapter(decision.adapter, data);
    expect(figures.mrr.before).toBeCloseTo(decision.figures.mrr.before, 6);
  });
});
