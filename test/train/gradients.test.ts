import { describe, expect, it } from "vitest";
import type { Matrix } from "../../src/math/matrix.js";
import { createKernelEngine } from "../../src/math/engines/kernel-engine.js";
import { createModel, type ModelShape } from "../../src/train/model/adapter-model.js";
import { contrastive } from "../../src/train/losses/contrastive.js";
import { cosent } from "../../src/train/losses/cosent.js";
import { cosineMse } from "../../src/train/losses/cosine-mse.js";
import { infoNce } from "../../src/train/losses/info-nce.js";
import { zeroGradient, type Loss, type LossBatch } from "../../src/train/losses/loss.js";
import { matryoshka } from "../../src/train/losses/matryoshka.js";
import { tripletMargin } from "../../src/train/losses/triplet.js";
import { createStepper, type Step } from "../../src/train/loop/stepper.js";
import { columns, normalMatrix } from "./shared.js";

/** Rows shared between pairs, a query with two matches, a known match without a pair. */
const batch: LossBatch = {
  queries: normalMatrix(4, 6, "q"),
  passages: normalMatrix(7, 6, "p"),
  pairs: columns([
    [0, 0, 1],
    [0, 1, 0],
    [1, 2, 1],
    [1, 3, 1],
    [1, 0, 0],
    [2, 4, 1],
    [3, 5, 1],
    [3, 6, 0],
  ]),
  knownMatches: { query: Uint32Array.of(2), passage: Uint32Array.of(5) },
};

const losses: [string, Loss][] = [
  ["cosine MSE on labels 0 and 1", cosineMse()],
  ["cosine MSE on labels -1 and 1", cosineMse({ targets: [-1, 1] })],
  ["contrastive", contrastive({ margin: 0.9 })],
  ["CoSENT", cosent({ temperature: 0.3 })],
  ["InfoNCE", infoNce({ temperature: 0.2 })],
  ["triplet margin over all negatives", tripletMargin({ margin: 0.7 })],
  ["triplet margin over mined negatives", tripletMargin({ margin: 1.5, negatives: "mined" })],
  ["triplet margin over the hardest", tripletMargin({ margin: 0.7, negatives: "hardest" })],
  ["Matryoshka cosine MSE", matryoshka(cosineMse(), { sizes: [2, 6], weights: [1, 3] })],
  ["Matryoshka InfoNCE", matryoshka(infoNce({ temperature: 0.3 }), { sizes: [3, 5] })],
];

/** (f(x + h) − f(x − h)) / 2h for every value, h being what single precision made of it. */
async function finiteDifferences(
  values: Float32Array,
  evaluate: () => number | Promise<number>,
): Promise<number[]> {
  const differences: number[] = [];
  for (const [i, value] of values.entries()) {
    values[i] = value + 2 ** -8;
    const right = values[i];
    const above = await evaluate();
    values[i] = value - 2 ** -8;
    const left = values[i];
    const below = await evaluate();
    values[i] = value;
    differences.push((above - below) / (right - left));
  }
  return differences;
}

function expectAlike(gradient: ArrayLike<number>, differences: readonly number[]): void {
  const size = Math.max(...differences.map(Math.abs));
  expect(size).toBeGreaterThan(1e-4); // or nothing would be compared
  for (const [i, difference] of differences.entries()) {
    expect(Math.abs(gradient[i] - difference)).toBeLessThan(2e-3 * size + 1e-5);
  }
}

describe("the gradient of every loss equals finite differences", () => {
  it.each(losses)("%s", async (_, loss) => {
    const gradient = zeroGradient(batch);
    const value = loss.evaluate(batch, gradient);
    expect(value).toBeGreaterThan(0);
    expect(loss.evaluate(batch)).toBe(value);
    for (const side of ["queries", "passages"] as const) {
      expectAlike(
        gradient[side].data,
        await finiteDifferences(batch[side].data, () => loss.evaluate(batch)),
      );
    }
  });
});

describe("the gradient of every shape equals finite differences", () => {
  const shape: ModelShape = {
    sides: "shared",
    inputDimensions: 6,
    outputDimensions: 6,
    bias: false,
    rank: null,
  };
  const shapes: [string, ModelShape][] = [
    ["one matrix for both sides", shape],
    ["fewer dimensions", { ...shape, outputDimensions: 4 }],
    ["one matrix for both sides, a center each", { ...shape, bias: true }],
    ["queries alone", { ...shape, sides: "query" }],
    ["queries alone with a center", { ...shape, sides: "query", bias: true }],
    ["a matrix per side", { ...shape, sides: "separate", outputDimensions: 5 }],
    ["a matrix and a center per side", { ...shape, sides: "separate", bias: true }],
    ["identity + low rank", { ...shape, rank: 2 }],
    ["identity + low rank with centers", { ...shape, rank: 2, bias: true }],
    ["identity + low rank for queries alone", { ...shape, sides: "query", rank: 3, bias: true }],
    ["identity + low rank per side", { ...shape, sides: "separate", rank: 2 }],
  ];
  const unit = { queries: batch.queries, passages: batch.passages, pairs: batch.pairs };
  const plan = {
    queryRows: Uint32Array.of(0, 1, 2, 3),
    passageRows: Uint32Array.of(0, 1, 2, 3, 4, 5, 6),
    pairs: batch.pairs,
  };

  it.each(shapes)("%s", async (_, modelShape) => {
    const model = createModel(modelShape);
    const tensors = model.tensors.map(({ name, rows, cols }): Matrix =>
      normalMatrix(rows, cols, name),
    );
    const values = tensors.map((tensor) => tensor.data.map((value) => value / 2));
    const step = createStepper(model, unit, cosineMse(), { engine: createKernelEngine() });
    const evaluate = (): ReturnType<Step> => step(values, plan, () => undefined);
    // The next step overwrites them.
    const gradients = (await evaluate()).gradients.map((gradient) => gradient.slice());
    expect(gradients.map((gradient) => gradient.length)).toEqual(
      values.map((tensor) => tensor.length),
    );
    for (const [t, gradient] of gradients.entries()) {
      expectAlike(
        gradient,
        await finiteDifferences(values[t], async () => (await evaluate()).value),
      );
    }
  });
});
