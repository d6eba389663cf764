import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createRandom,
  encodeNpy,
  fitRca,
  fromRows,
  identityAdapter,
  judgeAdapter,
  type Adapter,
  type LabelledVectors,
  type Matrix,
} from "embedtune";
import { judgeStreamed, type StreamedLabelledVectors } from "embedtune/evaluate";
import { vectorFileBlocks } from "embedtune/node";
import { createUsearchCandidates } from "embedtune/usearch";
import { createMatrix, rowOf, rowRange } from "../../../src/math/matrix.js";
import { topics } from "../topics.js";

/** The same corpus in blocks of the given rows, taken in turn. */
function blocksOf(passages: Matrix, sizes: readonly number[]): () => Generator<Matrix> {
  return function* () {
    for (let start = 0, i = 0; start < passages.rows; i++) {
      const end = Math.min(passages.rows, start + sizes[i % sizes.length]);
      yield rowRange(passages, start, end);
      start = end;
    }
  };
}

const streamed = (data: LabelledVectors, sizes = [100]): StreamedLabelledVectors => ({
  ...{ queries: data.queries, pairs: data.pairs, groups: data.groups, ownPassage: data.ownPassage },
  passages: blocksOf(data.passages, sizes),
});

/** Pairs of every kind: several matches, grades, labels 0, groups, passages that equal others, a question that is a passage. */
function mixed(seed: number, count = 120): LabelledVectors {
  const random = createRandom(`mixed/${seed}`);
  const { queries, passages } = topics(count, 9, { seed });
  const copies = Array.from({ length: 12 }, () => random.integer(count));
  const data = new Float32Array((count + copies.length) * 9);
  data.set(passages.data);
  for (const [i, row] of copies.entries()) {
    // Another length: the same direction but for rounding.
    for (let j = 0; j < 9; j++) data[(count + i) * 9 + j] = 1.7 * passages.data[row * 9 + j];
  }
  const own = Int32Array.from({ length: count }, () => -1);
  for (let j = 0; j < 9; j++) data[7 * 9 + j] = queries.data[3 * 9 + j];
  own[3] = 7;
  const query = [...Array(count).keys()].filter((i) => i % 5 !== 4);
  const pairs = { query: [...query], passage: [...query], label: query.map(() => 1) };
  for (const i of query.filter((row) => row % 3 === 0)) {
    pairs.query.push(i, i);
    pairs.passage.push((i + 11) % count, (i + 12) % (count + 12));
    pairs.label.push(1, 0);
  }
  return {
    queries,
    passages: createMatrix(count + copies.length, 9, data),
    pairs: {
      query: Uint32Array.from(pairs.query),
      passage: Uint32Array.from(pairs.passage),
      label: Uint8Array.from(pairs.label),
      ...(seed % 2 === 0 && { grade: pairs.label.map((_, i) => 1 + (i % 3)) }),
    },
    ...(seed % 3 === 0 && { groups: Array.from({ length: count }, (_, i) => i >> 1) }),
    ownPassage: own,
  };
}

const pairsOfFirst = (
  pairs: LabelledVectors["pairs"],
  count: number,
): LabelledVectors["pairs"] => ({
  query: pairs.query.slice(0, count),
  passage: pairs.passage.slice(0, count),
  label: pairs.label.slice(0, count),
});

const fitted = (data: LabelledVectors): Adapter => fitRca(data, { lambda: 0.5 });

describe("the judge over a streamed corpus", () => {
  it("finds what the judge in memory finds, to the last digit, however the corpus is cut into blocks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom("mrr", "ndcg@10", "recall@3"),
        async (seed, sizes, metric) => {
          const data = mixed(seed);
          for (const adapter of [fitted(topics(200, 9, { seed: seed + 1 })), identityAdapter(9)]) {
            const whole = await judgeAdapter(adapter, data, { metric: metric as "mrr", seed });
            const inBlocks = await judgeStreamed(adapter, streamed(data, sizes), {
              ...{ metric: metric as "mrr", seed },
            });
            expect(inBlocks).toEqual(whole);
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it("takes a corpus from an asynchronous source in one block that is larger than its own", async () => {
    const { queries, passages, pairs } = topics(9000, 4);
    const few = { query: pairs.query.slice(0, 50), passage: pairs.passage.slice(0, 50) };
    const data = { queries, passages, pairs: { ...few, label: pairs.label.slice(0, 50) } };
    const adapter = fitted(topics(200, 4, { seed: 3 }));
    const source = async function* () {
      yield passages;
    };
    const done: number[] = [];
    const judgement = await judgeStreamed(
      adapter,
      { ...data, passages: source },
      { onProgress: (progress) => done.push(progress.done) },
    );
    expect(judgement).toEqual(await judgeAdapter(adapter, data));
    expect(done).toEqual([4096, 8192, 9000]);
  });

  it("keeps no block", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const held: WeakRef<Float32Array>[] = [];
    const { queries, pairs } = topics(40, 6);
    const passages = async function* () {
      for (let block = 0; block < 60; block++) {
        const random = createRandom(block);
        const rows = createMatrix(
          2000,
          6,
          Float32Array.from({ length: 12_000 }, () => random.normal()),
        );
        held.push(new WeakRef(rows.data));
        yield rows;
        // Else no weak reference is ever let go of.
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    };
    let most = 0;
    await judgeStreamed(
      identityAdapter(6),
      { queries, pairs, passages },
      {
        onProgress() {
          collect();
          most = Math.max(most, held.filter((ref) => ref.deref() !== undefined).length);
        },
      },
    );
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(12);
  });

  it("reads the corpus from a file of vectors", async () => {
    const folder = mkdtempSync(join(tmpdir(), "embedtune-streamed-"));
    try {
      const data = mixed(2);
      const adapter = fitted(topics(200, 9));
      const lines = Array.from({ length: data.passages.rows }, (_, i) =>
        JSON.stringify({ id: i, embedding: Array.from(rowOf(data.passages, i)) }),
      );
      writeFileSync(join(folder, "passages.npy"), encodeNpy(data.passages));
      writeFileSync(join(folder, "passages.jsonl"), lines.join("\n"));
      const expected = await judgeAdapter(adapter, data);
      for (const passages of [
        vectorFileBlocks(join(folder, "passages.npy")),
        vectorFileBlocks(join(folder, "passages.jsonl"), { column: "embedding" }),
      ]) {
        expect(await judgeStreamed(adapter, { ...data, passages })).toEqual(expected);
      }
      await expect(
        judgeStreamed(adapter, { ...data, passages: vectorFileBlocks(join(folder, "none.npy")) }),
      ).rejects.toThrow("none.npy");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("refuses by name what it cannot judge by", async () => {
    const data = mixed(1);
    const adapter = fitted(topics(200, 9));
    const judge = (change: Partial<StreamedLabelledVectors>) =>
      judgeStreamed(adapter, { ...streamed(data), ...change });
    await expect(judge({ passages: data.passages as never })).rejects.toThrow(
      "judgeStreamed: passages must be a function that gives the corpus in blocks, received",
    );
    await expect(judge({ passages: () => [] })).rejects.toThrow(
      "judgeStreamed: passages must hold at least one row, received none",
    );
    await expect(judge({ passages: () => [data.passages, fromRows([[1, 2]])] })).rejects.toThrow(
      "judgeStreamed: passages: row 132 must be of 9 dimensions as the queries, received 2",
    );
    const broken = data.passages.data.slice();
    broken[9 * 105 + 2] = NaN;
    await expect(
      judge({ passages: blocksOf(createMatrix(132, 9, broken), [100]) }),
    ).rejects.toThrow(
      "judgeStreamed: passages: from row 100 on: row 5, column 2 must be a finite number, received NaN",
    );
    let readings = 0;
    await expect(
      judge({ passages: () => [rowRange(data.passages, 0, 132 - readings++)] }),
    ).rejects.toThrow(
      "judgeStreamed: passages must be the 132 rows of the first reading in each, received 131",
    );
    const { pairs } = data;
    await expect(
      judge({ pairs: { ...pairs, passage: pairs.passage.map((row) => row + 100) } }),
    ).rejects.toThrow("must be an integer from 0 to 131");
    const none = {
      query: new Uint32Array(0),
      passage: new Uint32Array(0),
      label: new Uint8Array(0),
    };
    await expect(judge({ pairs: none })).rejects.toThrow(
      "judgeStreamed: pairs must hold at least one with label 1, received none",
    );
    await expect(judgeStreamed(identityAdapter(4), streamed(data))).rejects.toThrow(
      "judgeStreamed: queries must be of the adapter's 4 dimensions, received 9",
    );
  });

  it("compares with the candidates of a search alone where one is given, exactly, and says so", async () => {
    for (const seed of [1, 2]) {
      const data = mixed(seed);
      const adapter = fitted(topics(200, 9, { seed: 5 }));
      const exact = await judgeStreamed(adapter, streamed(data));
      const every = Array.from({ length: data.passages.rows }, (_, row) => row);
      const all = {
        name: "everything",
        count: 132,
        find: ({ rows }: Matrix) => Array(rows).fill(every),
      };
      const judged = await judgeStreamed(adapter, streamed(data), { candidates: all });
      const words =
        "132 passages, of which each question was compared with 132 that everything found: ranks beyond them are not exact).";
      expect(judged.sentence).toBe(exact.sentence.replace("132 passages).", words));
      expect({ ...judged, sentence: "" }).toEqual({ ...exact, sentence: "" });

      // What is not found stands behind.
      const none = { name: "nothing", count: 1, find: ({ rows }: Matrix) => Array(rows).fill([]) };
      const { questions } = await judgeStreamed(adapter, streamed(data), { candidates: none });
      for (const [i, { before, after }] of questions.entries()) {
        expect(before).toBeLessThanOrEqual(exact.questions[i].before);
        expect(after).toBeLessThanOrEqual(exact.questions[i].after);
      }
    }
  });

  it("takes candidates from usearch, over passages as they are and as the adapter maps them", async () => {
    const data = topics(800, 9, { seed: 4 });
    const judgedPairs = { ...data, pairs: pairsOfFirst(data.pairs, 60) };
    for (const adapter of [
      fitted(topics(200, 9, { seed: 6 })),
      fitRca(topics(200, 9, { seed: 6 }), { side: "query" }),
    ]) {
      const inBlocks = streamed(judgedPairs);
      const exact = await judgeStreamed(adapter, inBlocks);
      const candidates = await createUsearchCandidates(adapter, inBlocks.passages, { count: 200 });
      const approximate = await judgeStreamed(adapter, inBlocks, { candidates });
      expect(approximate.sentence).toContain("compared with 200 that usearch found");
      // At this size the graph misses hardly anything.
      for (const side of ["before", "after"] as const) {
        expect(approximate.figures.mrr[side]).toBeCloseTo(exact.figures.mrr[side], 2);
      }
    }
  });

  it("refuses a search that gives something else than rows of the corpus", async () => {
    const judge = (candidates: object) =>
      judgeStreamed(fitted(topics(200, 9)), streamed(mixed(1)), {
        candidates: candidates as never,
      });
    const find = ({ rows }: Matrix): number[][] => Array.from({ length: rows }, () => [132]);
    await expect(judge({ name: "a", count: 0, find })).rejects.toThrow(
      "judgeStreamed: candidates.count must be an integer >= 1, received 0",
    );
    await expect(judge({ name: "", count: 1, find })).rejects.toThrow("candidates.name must be");
    await expect(judge({ name: "a", count: 1, find })).rejects.toThrow(
      "judgeStreamed: candidates.find: query 0 must be an integer from 0 to 131, received 132",
    );
    await expect(judge({ name: "a", count: 1, find: () => [[1]] })).rejects.toThrow(
      "judgeStreamed: candidates.find must be rows for each of 96 queries, received 1",
    );
  });

  it("stops on an abort", async () => {
    const controller = new AbortController();
    await expect(
      judgeStreamed(fitted(topics(200, 9)), streamed(mixed(1)), {
        signal: controller.signal,
        onProgress: () => controller.abort(new Error("enough")),
      }),
    ).rejects.toThrow("enough");
  });
});
