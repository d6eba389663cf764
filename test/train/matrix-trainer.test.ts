import { describe, expect, it } from "vitest";
import type { AdapterSide } from "../../src/adapter/adapter.js";
import { identityAdapter } from "../../src/adapter/identity.js";
import { createMatrix, fromRows } from "../../src/math/matrix.js";
import { fitRca } from "../../src/fit/fit-rca.js";
import { DivergenceError } from "../../src/train/loop/divergence-error.js";
import { trainingFingerprint } from "../../src/data/training-fingerprint.js";
import type { EpochRecord } from "../../src/train/loop/history.js";
import { contrastive } from "../../src/train/losses/contrastive.js";
import { cosent } from "../../src/train/losses/cosent.js";
import { cosineMse } from "../../src/train/losses/cosine-mse.js";
import { infoNce } from "../../src/train/losses/info-nce.js";
import { matryoshka } from "../../src/train/losses/matryoshka.js";
import { tripletMargin } from "../../src/train/losses/triplet.js";
import { trainMatrix } from "../../src/train/matrix-trainer.js";
import { adam } from "../../src/train/optimizers/adam.js";
import { sgd } from "../../src/train/optimizers/sgd.js";
import { notebookPreset } from "../../src/train/presets.js";
import { constant, cosineDecay } from "../../src/train/loop/schedules.js";
import type { TrainMatrixOptions } from "../../src/train/training-options.js";
import { columns, noisyTask, normalMatrix } from "./shared.js";

const data = {
  ...noisyTask(60, { seed: "train" }),
  validation: noisyTask(40, { seed: "validation" }),
};
const quick: TrainMatrixOptions = {
  epochs: 15,
  batchSize: 20,
  schedule: cosineDecay(0.03),
  metric: "mrr",
};

describe("trainMatrix learns what separates matches from the rest", () => {
  const shapes: [string, TrainMatrixOptions][] = [
    ["one matrix for both sides", {}],
    ["queries alone", { sides: "query" }],
    ["a matrix per side", { sides: "separate" }],
    ["centers", { bias: true }],
    ["identity + low rank", { rank: 8 }],
    ["fewer dimensions", { outputDimensions: 8 }],
    [
      "a random start with more dimensions than the input",
      { start: "random", outputDimensions: 40 },
    ],
  ];
  it.each(shapes)("with %s", async (_, shape) => {
    const { adapter, bestEpoch, history, untouched } = await trainMatrix(data, {
      ...quick,
      ...shape,
    });
    expect(bestEpoch).toBeGreaterThan(0);
    const best = history[bestEpoch - 1].validationMetrics?.mrr ?? 0;
    // Queries alone cannot take the noise out of the passages.
    const gain = shape.sides === "query" ? 0.04 : 0.1;
    expect(best).toBeGreaterThan((untouched?.mrr ?? 1) + gain);
    expect(best).toBe(Math.max(...history.map((record) => record.validationMetrics?.mrr ?? 0)));
    expect(adapter.inputDimensions).toBe(16);
    const k = shape.outputDimensions ?? 16;
    expect(adapter.outputDimensions).toBe(k);
    if (shape.sides === "query") {
      expect(adapter.passage).toEqual({ center: null, weights: null });
    }
    if (shape.sides === "separate") {
      expect(adapter.passage.weights).not.toEqual(adapter.query.weights);
    }
    expect(adapter.query.center === null).toBe(shape.bias !== true);
    expect(adapter.query.lowRank?.left.cols).toBe(shape.rank ?? undefined);
  });

  const losses = [
    cosineMse(),
    cosineMse({ targets: [-1, 1] }),
    contrastive(),
    cosent(),
    tripletMargin(),
    matryoshka(infoNce(), { sizes: [8, 16] }),
  ];
  it.each(losses.map((loss) => [loss.name, loss] as const))("with %s", async (_, loss) => {
    const { history, bestEpoch, untouched } = await trainMatrix(data, {
      ...quick,
      loss,
      metric: "rocAuc",
    });
    expect(bestEpoch).toBeGreaterThan(0);
    const best = history[bestEpoch - 1].validationMetrics?.rocAuc ?? 0;
    expect(best).toBeGreaterThan((untouched?.rocAuc ?? 1) + 0.01);
  });

  it("from an adapter that was fitted before, further than from the identity", async () => {
    const first = await trainMatrix(data, { ...quick, epochs: 3 });
    const second = await trainMatrix(data, { ...quick, epochs: 1, start: first.adapter });
    const again = await trainMatrix(data, { ...quick, epochs: 1 });
    expect(second.history[0].trainLoss).toBeLessThan(again.history[0].trainLoss);
  });

  it("from the closed form of the training pairs, whose centers it keeps and learns on", async () => {
    const rca = fitRca(data);
    const none = { ...quick, epochs: 1, schedule: constant(1e-12) };
    const shared = await trainMatrix(data, { ...none, start: rca });
    expect(shared.adapter.query.weights?.data).toEqual(rca.query.weights?.data);
    expect(shared.adapter.query.center).toEqual(rca.query.center);
    expect(shared.adapter.passage.center).toEqual(rca.passage.center);
    const bare = await trainMatrix(data, { ...none, start: rca, bias: false });
    expect(bare.adapter.query.center).toBeNull();
    const start = fitRca(data, { side: "query" });
    const query = await trainMatrix(data, { ...none, start, sides: "query" });
    expect(query.adapter.passage).toEqual({ center: null, weights: null });
    expect(query.adapter.query.weights).not.toBeNull();
  });

  it("from a low-rank adapter of the same rank", async () => {
    const first = await trainMatrix(data, { ...quick, rank: 3 });
    const still = { ...quick, epochs: 1, schedule: constant(1e-12), rank: 3 };
    const second = await trainMatrix(data, { ...still, start: first.adapter });
    expect(second.adapter.query.lowRank).toEqual(first.adapter.query.lowRank);
  });

  it("stays near the start under a penalty", async () => {
    const distance = async (penalty: number): Promise<number> => {
      const { adapter } = await trainMatrix(
        { ...data, validation: undefined },
        { ...quick, penalty },
      );
      let sum = 0;
      for (const [i, value] of (adapter.query.weights?.data ?? []).entries()) {
        sum += (value - (i % 17 === 0 ? 1 : 0)) ** 2;
      }
      return Math.sqrt(sum);
    };
    const free = await distance(0);
    expect(await distance(1)).toBeLessThan(free / 2);
    expect(await distance(1)).toBeGreaterThan(0);
  });

  it("moves no further than the clipped gradient allows", async () => {
    const { adapter } = await trainMatrix(
      { ...data, validation: undefined },
      {
        ...quick,
        epochs: 1,
        batchSize: 1000,
        optimizer: sgd(),
        schedule: constant(1),
        clipNorm: 0.01,
      },
    );
    const moved = (adapter.query.weights?.data ?? new Float32Array()).map(
      (value, i) => value - (i % 17 === 0 ? 1 : 0),
    );
    expect(Math.hypot(...moved)).toBeCloseTo(0.01, 5);
  });
});

describe("trainMatrix keeps what is best", () => {
  it("returns the untouched embedding when nothing beats it", async () => {
    // Labels without any sense: what is learnt in training is wrong in validation.
    const noise = (seed: string): typeof data.validation => ({
      queries: normalMatrix(30, 8, `${seed}/q`),
      passages: normalMatrix(30, 8, `${seed}/p`),
      pairs: columns(Array.from({ length: 60 }, (_, i) => [i % 30, (i * 7) % 30, i % 2])),
    });
    const validation = noise("b");
    const { adapter, bestEpoch, untouched, history } = await trainMatrix(
      {
        ...noise("a"),
        validation: {
          ...validation,
          passages: validation.queries,
          pairs: columns([
            [0, 0, 1],
            [1, 1, 1],
            [1, 2, 0],
            [3, 4, 0],
          ]),
        },
      },
      { ...quick, loss: cosineMse(), metric: "rocAuc" },
    );
    expect(untouched?.rocAuc).toBe(1);
    expect(history.length).toBe(15);
    expect(bestEpoch).toBe(0);
    expect(adapter).toEqual(identityAdapter(8));
  });

  it("stops when no epoch of the last few was better", async () => {
    const { history, bestEpoch, ended } = await trainMatrix(data, {
      ...quick,
      epochs: 200,
      schedule: constant(0.1),
      patience: 3,
    });
    expect(ended).toBe("patience");
    expect(history.length).toBe(bestEpoch + 3);
  });

  it("keeps the last epoch without validation pairs", async () => {
    const { bestEpoch, history, ended } = await trainMatrix(
      { ...data, validation: undefined },
      { ...quick, epochs: 4, patience: 1 },
    );
    expect([bestEpoch, ended]).toEqual([4, "finished"]);
    expect(history[3].validationLoss).toBeUndefined();
    expect(history[3].trainAccuracy).toBeGreaterThan(0.5);
  });

  it("writes into the adapter what it was made for, from and with what figures", async () => {
    const { adapter, history, bestEpoch } = await trainMatrix(data, {
      ...quick,
      method: "mine",
      embedder: "provider/model/16",
    });
    expect(adapter.metadata).toEqual({
      method: "mine",
      embedder: "provider/model/16",
      side: "both",
      parameters: { epoch: bestEpoch, epochs: 15, batchSize: 20, dropout: 0, penalty: 0 },
      trainingData: trainingFingerprint(data),
      metrics: history[bestEpoch - 1].validationMetrics,
    });
  });

  it("records the figures that are asked for", async () => {
    const { history } = await trainMatrix(data, {
      ...quick,
      epochs: 1,
      metrics: ["averagePrecision", "ndcg@10"],
    });
    const names = Object.keys(history[0].validationMetrics ?? {});
    expect(names).toEqual(expect.arrayContaining(["loss", "accuracy", "mrr", "averagePrecision"]));
    expect(history[0].validationMetrics?.loss).toBe(history[0].validationLoss);
  });
});

describe("trainMatrix as a long job", () => {
  it("gives the same bits for the same seed, others for another", async () => {
    const run = (seed: number): ReturnType<typeof trainMatrix> =>
      trainMatrix(data, { ...quick, ...notebookPreset, batchSize: 50, epochs: 3, seed });
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect((await run(2)).adapter.query.weights).not.toEqual(first.adapter.query.weights);
  });

  it("calls onEpoch with the figures of each epoch and reports every step in the end", async () => {
    const records: EpochRecord[] = [];
    const done: number[] = [];
    const { history } = await trainMatrix(data, {
      ...quick,
      epochs: 3,
      onEpoch: (record) => void records.push(record),
      onProgress: (progress) => {
        expect(progress).toMatchObject({ stage: "train", total: 9 });
        done.push(progress.done);
      },
    });
    expect(records).toEqual(history);
    expect(done.at(-1)).toBe(9);
  });

  it("returns the best so far when the signal aborts", async () => {
    const controller = new AbortController();
    const { history, ended, adapter, bestEpoch } = await trainMatrix(data, {
      ...quick,
      signal: controller.signal,
      onEpoch: ({ epoch }) => {
        if (epoch === 4) controller.abort();
      },
    });
    expect([history.length, ended]).toEqual([4, "aborted"]);
    expect(bestEpoch).toBeGreaterThan(0);
    expect(adapter.query.weights?.rows).toBe(16);
  });

  it("rejects with the reason of a signal that aborted before", async () => {
    const signal = AbortSignal.abort(new Error("no time"));
    await expect(trainMatrix(data, { ...quick, signal })).rejects.toThrow("no time");
  });

  it("leaves its input as it was", async () => {
    const before = structuredClone(data);
    await trainMatrix(data, { ...quick, epochs: 2, dropout: 0.2, bias: true });
    expect(data).toEqual(before);
  });
});

describe("trainMatrix refuses what cannot be trained with, or gives a sound answer", () => {
  const bad = async (
    change: Partial<typeof data>,
    options: TrainMatrixOptions = {},
  ): Promise<unknown> => trainMatrix({ ...data, ...change }, { ...quick, epochs: 1, ...options });

  it("names what is wrong with the data", async () => {
    await expect(bad({ pairs: columns([]) })).rejects.toThrow(
      "training data: pairs must hold at least one with label 1, received none",
    );
    await expect(bad({ pairs: columns([[0, 1, 0]]) })).rejects.toThrow(
      "training data: pairs must hold at least one with label 1, received 1 with label 0 alone",
    );
    await expect(bad({ pairs: columns([[0, 60, 1]]) })).rejects.toThrow(
      "training data: pairs.passage[0] must be an integer from 0 to 59, received 60",
    );
    await expect(bad({ pairs: columns([[0, 0, 2]]) })).rejects.toThrow(
      "training data: pairs.label[0] must be 0 or 1, received 2",
    );
    const both = columns([
      [0, 0, 1],
      [0, 0, 0],
    ]);
    await expect(bad({ pairs: both })).rejects.toThrow(
      "training data: query 0 with passage 0 must be labelled 0 or 1, received both",
    );
    await expect(bad({ queries: normalMatrix(60, 3, "q") })).rejects.toThrow(
      "training data: passages must have as many dimensions as the queries, 3, received 16",
    );
    const holed = createMatrix(60, 16, Float32Array.from(data.queries.data));
    holed.data[17] = NaN;
    await expect(bad({ queries: holed })).rejects.toThrow(
      "training data: queries: row 1, column 1 must be a finite number, received NaN",
    );
    await expect(bad({ passages: createMatrix(60, 16) })).rejects.toThrow(
      "training data: passages: row 0 must have a direction, received zeros only",
    );
    await expect(bad({ validation: noisyTask(5, { dimensions: 4 }) })).rejects.toThrow(
      "validation data must have 16 dimensions like the training data, received 4",
    );
  });

  it("asks pair losses for both labels, and lets ranking losses do with matches alone", async () => {
    const matches = {
      pairs: columns([
        [0, 0, 1],
        [1, 1, 1],
        [2, 2, 1],
      ]),
    };
    await expect(bad(matches, { loss: cosineMse() })).rejects.toThrow(
      "training data must hold pairs of both labels for cosine-mse, received 3 pairs with label 1 alone",
    );
    await expect(bad(matches)).resolves.toHaveProperty("bestEpoch");
  });

  it("names what is wrong with the options", async () => {
    const side = (seed: string): AdapterSide => ({
      center: null,
      weights: normalMatrix(16, 16, seed),
    });
    const perSide = { ...identityAdapter(16), query: side("a"), passage: side("b") };
    const wrong: [TrainMatrixOptions, string][] = [
      [{ epochs: 0 }, "epochs must be an integer >= 1, received 0"],
      [{ batchSize: 1.5 }, "batchSize must be an integer >= 1, received 1.5"],
      [{ dropout: 1 }, "dropout must be a number >= 0 and < 1, received 1"],
      [{ penalty: -1 }, "penalty must be a number >= 0, received -1"],
      [{ clipNorm: 0 }, "clipNorm must be a number > 0, received 0"],
      [{ patience: 0 }, "patience must be an integer >= 1, received 0"],
      [{ metric: "f1" as "loss" }, 'metric must be "loss", "accuracy"'],
      [{ outputDimensions: 17 }, 'outputDimensions with start "identity" must be <= 16'],
      [
        { sides: "query", outputDimensions: 8 },
        "outputDimensions must be 16 like the input's where queries alone are trained, received 8",
      ],
      [{ rank: 20 }, "rank must be an integer from 1 to 16, received 20"],
      [
        { start: identityAdapter(5) },
        "start must map 16 to 16 dimensions, received one from 5 to 5",
      ],
      [
        { start: identityAdapter(16), outputDimensions: 8 },
        "start must map 16 to 8 dimensions, received one from 16 to 16",
      ],
      [{ start: perSide }, 'received one per side; train it with sides "separate"'],
      [
        { start: perSide, sides: "query" },
        'start must leave passages as they are with sides "query"',
      ],
      [
        { start: perSide, sides: "separate", rank: 2 },
        "start must be of rank 2, received a full matrix",
      ],
      [{ start: "random", rank: 2 }, 'start must be "identity" or an adapter of rank 2'],
    ];
    for (const [options, message] of wrong) {
      await expect(bad({}, options)).rejects.toThrow(message);
    }
  });

  it("stops with an error, never with NaN weights, when the rate diverges", async () => {
    const diverging = bad(
      {},
      {
        loss: cosineMse(),
        optimizer: sgd({ momentum: 0.99 }),
        schedule: constant(1e60),
        epochs: 50,
      },
    );
    await expect(diverging).rejects.toBeInstanceOf(DivergenceError);
    await expect(diverging).rejects.toThrow("at learning rate 1e+60; lower the rate or clip");
  });

  it("gives finite weights in one dimension, for constant columns and for a single pair", async () => {
    const one = {
      queries: fromRows([[1], [2], [-1]]),
      passages: fromRows([[3], [-2], [1]]),
      pairs: columns([
        [0, 0, 1],
        [1, 1, 0],
        [2, 2, 0],
      ]),
    };
    const flat = {
      queries: fromRows([
        [1, 1, 0],
        [1, -1, 0],
      ]),
      passages: fromRows([
        [1, 1, 0],
        [1, -1, 0],
      ]),
      pairs: columns([
        [0, 0, 1],
        [0, 1, 0],
        [1, 1, 1],
      ]),
    };
    const single = { ...flat, pairs: columns([[0, 0, 1]]) };
    for (const [set, options] of [
      [one, { loss: cosineMse() }],
      [one, { ...notebookPreset }],
      [flat, { loss: cosineMse(), bias: true }],
      [flat, { optimizer: adam(), outputDimensions: 1 }],
      [single, {}],
    ] as const) {
      const { adapter } = await trainMatrix(set, { ...quick, metric: "loss", ...options });
      for (const side of [adapter.query, adapter.passage]) {
        expect(side.weights?.data.every(Number.isFinite)).toBe(true);
        expect(side.center?.every(Number.isFinite) ?? true).toBe(true);
      }
    }
  });
});
