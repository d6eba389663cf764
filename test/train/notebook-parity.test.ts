import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { applyAdapter } from "../../src/adapter/apply.js";
import { pairCosines } from "../../src/evaluate/pairs/pair-cosines.js";
import { createMatrix, fromRows } from "../../src/math/matrix.js";
import { runTraining } from "../../src/train/matrix-trainer.js";
import { notebookPreset } from "../../src/train/presets.js";
import type { TrainingRandomness } from "../../src/train/loop/randomness.js";
import { oneCycle } from "../../src/train/loop/schedules.js";

interface Fixture {
  d: number;
  k: number;
  batchSize: number;
  epochs: number;
  dropout: number;
  maxRate: number;
  queries: number[][];
  passages: number[][];
  pairs: { query: number[]; passage: number[]; label: number[] };
  start: number[];
  orders: number[][];
  kept: string[];
  losses: number[];
  rates: number[];
  momenta: number[];
  firstMatrix: number[];
  epochMatrices: number[][];
  finalLoss: number;
}

// Written by test/fixtures/train/notebook.py.
const torch = JSON.parse(
  readFileSync(new URL("../fixtures/train/notebook.json", import.meta.url), "utf8"),
) as Fixture;
const stepsPerEpoch = Math.ceil(torch.pairs.label.length / torch.batchSize);

const data = {
  queries: fromRows(torch.queries),
  passages: fromRows(torch.passages),
  pairs: {
    query: Uint32Array.from(torch.pairs.query),
    passage: Uint32Array.from(torch.pairs.passage),
    label: Uint8Array.from(torch.pairs.label),
  },
};

/** The start, orders and masks PyTorch drew. */
const recorded: TrainingRandomness = {
  normals: () => Float32Array.from(torch.start),
  order: (epoch) => Uint32Array.from(torch.orders[epoch - 1]),
  drop(values, epoch, batch) {
    const kept = torch.kept[(epoch - 1) * stepsPerEpoch + batch];
    expect(values.length).toBe(kept.length);
    for (let i = 0; i < values.length; i++) {
      if (kept[i] !== "1") values[i] = 0;
    }
  },
};

const options = {
  ...notebookPreset,
  schedule: oneCycle({ maxRate: torch.maxRate }),
  batchSize: torch.batchSize,
};

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

describe("the notebook preset against PyTorch", () => {
  it("has the rates and the cycled momentum of OneCycleLR at every step", () => {
    const schedule = oneCycle({ maxRate: torch.maxRate });
    for (const [step, rate] of torch.rates.entries()) {
      const rates = schedule(step, torch.rates.length);
      expect(rates.learningRate).toBeCloseTo(rate, 10);
      expect(rates.momentum).toBeCloseTo(torch.momenta[step], 10);
    }
  });

  it("takes the same first step", async () => {
    // One batch of the run: its pairs alone, in its order, with the first of all the run's rates.
    const rows = torch.orders[0].slice(0, torch.batchSize);
    const pick = (values: number[]): number[] => rows.map((i) => values[i]);
    const { adapter, history } = await runTraining(
      {
        ...data,
        pairs: {
          query: Uint32Array.from(pick(torch.pairs.query)),
          passage: Uint32Array.from(pick(torch.pairs.passage)),
          label: Uint8Array.from(pick(torch.pairs.label)),
        },
      },
      {
        ...options,
        epochs: 1,
        schedule: () => oneCycle({ maxRate: torch.maxRate })(0, torch.rates.length),
      },
      { ...recorded, order: (_, count) => Uint32Array.from({ length: count }, (_, i) => i) },
    );
    expect(history[0].trainLoss).toBeCloseTo(torch.losses[0], 6);
    expect(largestDifference(adapter.query.weights?.data ?? [], torch.firstMatrix)).toBeLessThan(
      1e-6,
    );
  });

  it("takes the same run: losses of every epoch, matrix of the last", async () => {
    const { adapter, history, bestEpoch } = await runTraining(
      data,
      { ...options, epochs: torch.epochs },
      recorded,
    );
    expect(bestEpoch).toBe(torch.epochs);
    const sizes = torch.losses.map((_, s) =>
      s % stepsPerEpoch < stepsPerEpoch - 1
        ? torch.batchSize
        : torch.pairs.label.length - (stepsPerEpoch - 1) * torch.batchSize,
    );
    for (const [e, record] of history.entries()) {
      let sum = 0;
      for (let s = e * stepsPerEpoch; s < (e + 1) * stepsPerEpoch; s++) {
        sum += torch.losses[s] * sizes[s];
      }
      expect(record.trainLoss).toBeCloseTo(sum / torch.pairs.label.length, 5);
    }
    const weights = adapter.query.weights ?? createMatrix(0, 0);
    expect([weights.rows, weights.cols]).toEqual([torch.d, torch.k]);
    expect(largestDifference(weights.data, torch.epochMatrices[torch.epochs - 1])).toBeLessThan(
      1e-4,
    );
    expect(adapter.passage.weights).toBe(adapter.query.weights);
    const cosines = pairCosines(
      applyAdapter(adapter, data.queries, { side: "query" }),
      applyAdapter(adapter, data.passages, { side: "passage" }),
      data.pairs,
    );
    const squares = cosines.map((cosine, i) => (cosine - data.pairs.label[i]) ** 2);
    const loss = squares.reduce((sum, square) => sum + square) / squares.length;
    expect(loss).toBeCloseTo(torch.finalLoss, 5);
  });

  it("keeps the weights of the best epoch, not of the last", async () => {
    // Validation labels turned round: the longer the training, the worse; so an early epoch is best.
    const validation = {
      ...data,
      pairs: { ...data.pairs, label: data.pairs.label.map((label) => 1 - label) },
    };
    const { adapter, history, bestEpoch } = await runTraining(
      { ...data, validation },
      { ...options, epochs: torch.epochs, metric: "loss" },
      recorded,
    );
    const losses = history.map((record) => record.validationLoss ?? NaN);
    expect(bestEpoch).toBe(1 + losses.indexOf(Math.min(...losses)));
    expect(bestEpoch).toBeLessThan(torch.epochs);
    expect(
      largestDifference(adapter.query.weights?.data ?? [], torch.epochMatrices[bestEpoch - 1]),
    ).toBeLessThan(1e-4);
  });
});
