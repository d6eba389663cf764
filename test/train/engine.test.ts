import { describe, expect, it } from "vitest";
import { createOnnxEngine } from "../../src/math/engines/onnx-engine.js";
import { createKernelEngine } from "../../src/math/engines/kernel-engine.js";
import type { ProductEngine } from "../../src/math/engines/product-engine.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/train/loop/checkpoint.js";
import { trainMatrix } from "../../src/train/matrix-trainer.js";
import { notebookPreset } from "../../src/train/presets.js";
import { cosineDecay } from "../../src/train/loop/schedules.js";
import type { TrainMatrixOptions } from "../../src/train/training-options.js";
import { noisyTask } from "./shared.js";

const runtime: string = "onnxruntime-node";
const hasRuntime = await import(runtime).then(
  () => true,
  () => false,
);

const data = {
  ...noisyTask(60, { seed: "train" }),
  validation: noisyTask(40, { seed: "validation" }),
};
const shapes: [string, TrainMatrixOptions][] = [
  ["one matrix for both sides", {}],
  ["queries alone", { sides: "query" }],
  ["a matrix and a center per side", { sides: "separate", bias: true }],
  ["identity + low rank with centers", { rank: 4, bias: true }],
  ["the notebook's recipe", { ...notebookPreset, measureTraining: true }],
];
const quick = { epochs: 4, batchSize: 20, schedule: cosineDecay(0.03) };

/** The kernel under another name, counting what it is asked for. */
function countingEngine(): { engine: ProductEngine; products: () => number } {
  const { multiply, close } = createKernelEngine();
  let products = 0;
  const engine: ProductEngine = {
    id: "counting",
    multiply(a, b, options) {
      products++;
      return multiply(a, b, options);
    },
    close,
  };
  return { engine, products: () => products };
}

describe("the trainer on another engine", () => {
  it.each(shapes)("takes the same steps: %s", async (_, shape) => {
    const { engine, products } = countingEngine();
    const expected = await trainMatrix(data, { ...quick, ...shape });
    expect(await trainMatrix(data, { ...quick, ...shape, engine })).toEqual(expected);
    // Forward and backward of every step, and the validation set after every epoch.
    expect(products()).toBeGreaterThan(2 * 4 * 3);
  });

  it("passes on what the engine throws", async () => {
    const engine: ProductEngine = {
      ...createKernelEngine(),
      multiply: () => Promise.reject(new Error("out of memory")),
    };
    await expect(trainMatrix(data, { ...quick, engine })).rejects.toThrow("out of memory");
  });

  it("does not go on from a checkpoint of another engine: its bits would be others", async () => {
    let bytes = new Uint8Array();
    await trainMatrix(data, {
      ...quick,
      onEpoch: (_, { checkpoint }) => void (bytes = encodeCheckpoint(checkpoint())),
    });
    const resumeFrom = decodeCheckpoint(bytes);
    const { engine } = countingEngine();
    await expect(trainMatrix(data, { ...quick, engine, resumeFrom })).rejects.toThrow(
      "resumeFrom must be a checkpoint of this run, received one that differs in engine",
    );
  });

  it.skipIf(!hasRuntime).each(shapes)("on onnxruntime-node: %s", async (_, shape) => {
    const engine = await createOnnxEngine();
    try {
      const ours = await trainMatrix(data, { ...quick, ...shape });
      const theirs = await trainMatrix(data, { ...quick, ...shape, engine });
      expect(theirs.history).toHaveLength(ours.history.length);
      for (const [e, { trainLoss }] of theirs.history.entries()) {
        expect(trainLoss).toBeCloseTo(ours.history[e].trainLoss, 4);
      }
    } finally {
      await engine.close();
    }
  });
});
