import { describe, expect, it } from "vitest";
import { applyAdapter, fitRca, type Adapter, type TrainingPairs } from "embedtune";
import { gatherRows } from "embedtune/math";
import {
  collectPairStatistics,
  decodePairStatistics,
  encodePairStatistics,
  fitCorpusPrior,
  fitFromStatistics,
  mergePairStatistics,
  pairStatistics,
  type PairStatistics,
} from "embedtune/fit";
import { writeStatisticsChecksum } from "../../src/fit/statistics/pair-statistics-encode.js";
import { preparePairs } from "../../src/data/training-pairs.js";
import { ridgeFamily } from "../../src/fit/families/ridge-family.js";
import { topics } from "../tune/topics.js";

/** Consecutive parts of matching pairs, as another machine would hold them. */
function shards(data: TrainingPairs, sizes: readonly number[]): TrainingPairs[] {
  let start = 0;
  return sizes.map((size) => {
    const rows = Array.from({ length: size }, (_, i) => start + i);
    start += size;
    const own = Uint32Array.from({ length: size }, (_, i) => i);
    return {
      queries: gatherRows(data.queries, rows),
      passages: gatherRows(data.passages, rows),
      pairs: { query: own, passage: own, label: new Uint8Array(size).fill(1) },
    };
  });
}

/** The same with passages that no pair names behind the others. */
function withDistractors(data: TrainingPairs, count: number): TrainingPairs {
  const { passages } = topics(count, data.passages.cols, { seed: 9, shift: 0.4 });
  const rows = data.passages.rows + count;
  const both = Float32Array.of(...data.passages.data, ...passages.data);
  return { ...data, passages: { ...passages, rows, data: both } };
}

/** As many questions from `first` on, each with the passage of the next one as a second match. */
function withSecondPassages(
  pairs: TrainingPairs["pairs"],
  count: number,
  first = 0,
): TrainingPairs["pairs"] {
  const query = Uint32Array.from({ length: count }, (_, i) => first + i);
  return {
    query: Uint32Array.of(...pairs.query, ...query),
    passage: Uint32Array.of(...pairs.passage, ...query.map((row) => row + 1)),
    label: new Uint8Array(pairs.label.length + count).fill(1),
  };
}

const encodeThenDecode = (statistics: PairStatistics): PairStatistics =>
  decodePairStatistics(encodePairStatistics(statistics));

function largestDifference(data: TrainingPairs, a: Adapter, b: Adapter): number {
  let largest = 0;
  for (const [side, rows] of [
    ["query", data.queries],
    ["passage", data.passages],
  ] as const) {
    const x = applyAdapter(a, rows, { side });
    const y = applyAdapter(b, rows, { side });
    for (let i = 0; i < x.data.length; i++) {
      largest = Math.max(largest, Math.abs(x.data[i] - y.data[i]));
    }
  }
  return largest;
}

describe("pair statistics", () => {
  const data = topics(700, 12);
  // A common direction, as real embeddings have: it must not drown the rest.
  for (const rows of [data.queries, data.passages]) {
    for (let i = 0; i < rows.rows; i++) rows.data[i * 12 + 7] += 20;
  }

  it("from a stream of shards give the adapter of the direct fit, to 1e-6", async () => {
    async function* stream(): AsyncGenerator<TrainingPairs> {
      yield* shards(data, [1, 300, 20, 379]);
    }
    const statistics = await collectPairStatistics(stream());
    expect(statistics.count).toBe(700);
    const whole = pairStatistics(data);
    for (const [side, method, blend] of [
      ["both", "rca", 0],
      ["both", "rca", 1],
      ["query", "query-rca", 0],
      ["query", "query-rca", 1],
    ] as const) {
      const direct = fitRca(data, { side, blend });
      const point = { method, blend, lambda: 0.3, power: 0.5 };
      const streamed = fitFromStatistics(statistics, point);
      const atOnce = fitFromStatistics(whole, point);
      expect(largestDifference(data, streamed, atOnce)).toBeLessThan(1e-6);
      expect(largestDifference(data, streamed, direct)).toBeLessThan(1e-6);
    }
  });

  it("with those of the corpus give the adapter of the corpus prior, to 1e-6", async () => {
    // Some passages belong to no pair, and some questions have two that match.
    const withCorpus = withDistractors(data, 90);
    const parts = shards(withCorpus, [250, 250, 200]);
    const blocks = [100, 0, 433, 257].map((rows, i, all) => {
      const start = all.slice(0, i).reduce((sum, size) => sum + size, 0);
      return gatherRows(
        withCorpus.passages,
        Uint32Array.from({ length: rows }, (_, j) => start + j),
      );
    });
    const [, , third] = parts;
    const twice = { ...third, pairs: withSecondPassages(third.pairs, 40) };
    const direct = {
      ...withCorpus,
      pairs: withSecondPassages(withCorpus.pairs, 40, 500),
    };
    // One machine has pairs and a part of the corpus, one pairs alone, one the rest of the corpus alone.
    const machines = [
      await collectPairStatistics([parts[0]], { corpus: blocks.slice(0, 2) }),
      await collectPairStatistics([parts[1], twice]),
      await collectPairStatistics([], { corpus: blocks.slice(2) }),
    ];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
    ]) {
      const statistics = order.map((i) => machines[i]).reduce(mergePairStatistics);
      expect([statistics.count, statistics.questions.count]).toEqual([740, 700]);
      expect(statistics.corpus?.count).toBe(790);
      for (const options of [{}, { nu: 10, lambda: 0.2, power: 0.5 }, { side: "query" }] as const) {
        const streamed = fitFromStatistics(statistics, options);
        expect(streamed.metadata.method).toBe("corpus-prior");
        expect(largestDifference(data, streamed, fitCorpusPrior(direct, options))).toBeLessThan(
          1e-6,
        );
      }
    }
    const atOnce = pairStatistics(direct, { corpus: direct.passages });
    expect(largestDifference(data, fitFromStatistics(atOnce), fitCorpusPrior(direct))).toBeLessThan(
      1e-6,
    );
  });

  it("fit mildly by default, with the prior where there is a corpus, and say that nothing was tested", () => {
    const statistics = pairStatistics(data);
    const withCorpus = pairStatistics(data, { corpus: data.passages });
    const mild = { lambda: 1, power: 0.25 };
    const sentence =
      "untested: fitted from sums over 700 matching pairs, which hold no question to judge by; " +
      "about 100 labelled questions that are not among them would settle a gain of 0.05 MRR, six times as many one of 0.02.";
    const expected = { verdict: "untested", sentence, side: "both", embedder: null };
    expect(fitFromStatistics(statistics).metadata).toEqual({
      ...{ ...expected, method: "rca", parameters: { ...mild, blend: 0 } },
    });
    expect(fitFromStatistics(withCorpus).metadata).toEqual({
      ...{ ...expected, method: "corpus-prior", parameters: { nu: 100, ...mild } },
    });
    expect(fitFromStatistics(withCorpus, { method: "rca" })).toEqual(fitFromStatistics(statistics));
    const queries = fitFromStatistics(statistics, { side: "query" });
    expect(queries).toEqual(fitFromStatistics(statistics, { method: "query-rca" }));
    expect(queries.passage).toEqual({ center: null, weights: null });
    expect(() => fitFromStatistics(statistics, { method: "corpus-prior" })).toThrow(
      'fitFromStatistics: statistics.corpus must be given for the method "corpus-prior", received null',
    );
  });

  it("give ridge's map too", () => {
    const prepared = preparePairs(data);
    const family = ridgeFamily([1]);
    const direct = family.fit(prepared, prepared.positives, prepared.negatives).sides({ mu: 1 });
    const streamed = fitFromStatistics(pairStatistics(data), { method: "ridge" });
    expect(largestDifference(data, streamed, { ...streamed, ...direct })).toBeLessThan(2e-6);
  });

  it("merge to the same whichever is first, and with none change nothing", () => {
    const [a, b] = shards(data, [200, 500]).map((shard) => pairStatistics(shard));
    const [ab, ba] = [mergePairStatistics(a, b), mergePairStatistics(b, a)];
    for (let i = 0; i < ab.crossScatter.length; i++) {
      expect(ab.crossScatter[i]).toBeCloseTo(ba.crossScatter[i], 9);
    }
    const none = { ...b, count: 0, questions: { ...b.questions, count: 0 } };
    expect(mergePairStatistics(a, none)).toEqual(a);
    expect(mergePairStatistics(none, a)).toEqual(a);
  });

  it("come back from bytes bit for bit", () => {
    const statistics = pairStatistics(data);
    expect(decodePairStatistics(encodePairStatistics(statistics))).toEqual(statistics);
    const withCorpus = pairStatistics(data, { corpus: data.passages });
    expect(decodePairStatistics(encodePairStatistics(withCorpus))).toEqual(withCorpus);
  });

  it("are refused by name when they are something else", async () => {
    const statistics = pairStatistics(topics(5, 3));
    const bytes = encodePairStatistics(statistics);
    expect(() => decodePairStatistics(bytes.subarray(0, 90))).toThrow(
      "decodePairStatistics: the bytes must be 408 for 3 dimensions, received 90",
    );
    expect(() => decodePairStatistics(new Uint8Array(40))).toThrow("must begin with ETPAIRS3");
    const broken = bytes.slice();
    new DataView(broken.buffer).setFloat64(40, NaN, true);
    expect(() => decodePairStatistics(broken)).toThrow(
      "decodePairStatistics: the bytes must fit their checksum, received others",
    );
    writeStatisticsChecksum(broken);
    expect(() => decodePairStatistics(broken)).toThrow(
      "decodePairStatistics.queryMean[0] must be a finite number, received NaN",
    );
    expect(() => mergePairStatistics(statistics, pairStatistics(topics(5, 4)))).toThrow(
      "mergePairStatistics: dimensions must be 3 like those before, received 4",
    );
    await expect(collectPairStatistics([])).rejects.toThrow(
      "collectPairStatistics: batches must be at least one",
    );
    const bad = topics(2, 3);
    bad.queries.data.fill(0);
    await expect(collectPairStatistics([topics(2, 3), bad])).rejects.toThrow(
      "collectPairStatistics: batch 1: queries: row 0 must have a direction, received zeros only",
    );
    await expect(
      collectPairStatistics([topics(2, 3)], { corpus: [topics(2, 3).passages, bad.queries] }),
    ).rejects.toThrow(
      "collectPairStatistics: corpus block 1: row 0 must have a direction, received zeros only",
    );
    expect(() => pairStatistics(topics(5, 3), { corpus: topics(5, 4).passages })).toThrow(
      "pairStatistics: corpus must be a matrix of 3 columns, received 4",
    );
    const corpus = pairStatistics(topics(5, 3), { corpus: topics(5, 3).passages });
    corpus.corpus!.scatter[4] = Infinity;
    for (const use of [fitFromStatistics, encodeThenDecode]) {
      expect(() => use(corpus)).toThrow("corpus.scatter[4] must be a finite number");
    }
    expect(() => fitFromStatistics({ ...statistics, queryMean: new Float64Array(2) })).toThrow(
      "fitFromStatistics: statistics.queryMean must be 3 values, received 2",
    );
    const none = await collectPairStatistics([], { corpus: [topics(5, 3).passages] });
    expect(() => fitFromStatistics(none)).toThrow(
      "fitFromStatistics: statistics.count must be an integer >= 1, received 0",
    );
    expect(() => fitFromStatistics(statistics, { lambda: 0 })).toThrow(
      "fitFromStatistics: lambda must be a number > 0, received 0",
    );
  });
});

describe("statistics that no vectors can have", () => {
  const own = Uint32Array.from({ length: 30 }, (_, i) => i);
  const { queries, passages } = topics(30, 4, { seed: 3, shift: 0.4 });
  const rows = { ...queries, rows: 30, data: queries.data.subarray(0, 120) };
  const statistics = pairStatistics({
    queries: rows,
    passages: { ...passages, rows: 30, data: passages.data.subarray(0, 120) },
    pairs: { query: own, passage: own, label: new Uint8Array(30).fill(1) },
  });

  for (const [part, value] of [
    ["queryMean", 1e39],
    ["passageMean", 1e300],
    ["queryMean", -1e200],
    ["crossScatter", 1e300],
  ] as const) {
    it(`are refused by the part, before anything is fitted: ${part} ${value}`, () => {
      const bad = { ...statistics, [part]: Float64Array.from(statistics[part]) };
      bad[part][1] = value;
      const place = new RegExp(`${part}\\[1\\] must be what vectors of float32 can have`);
      for (const method of ["rca", "query-rca", "ridge"] as const) {
        expect(() => fitFromStatistics(bad, { method })).toThrow(place);
      }
      expect(() => decodePairStatistics(encodePairStatistics(bad))).toThrow(place);
    });
  }
});
