import { describe, expect, it } from "vitest";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type TrainingCheckpoint,
} from "../../src/train/loop/checkpoint.js";
import { cosineMse } from "../../src/train/losses/cosine-mse.js";
import { trainMatrix } from "../../src/train/matrix-trainer.js";
import { adamW } from "../../src/train/optimizers/adam.js";
import { notebookPreset } from "../../src/train/presets.js";
import { cosineDecay } from "../../src/train/loop/schedules.js";
import type { TrainMatrixOptions } from "../../src/train/training-options.js";
import { createRandom } from "../../src/base/random.js";
import { noisyTask } from "./shared.js";

const data = {
  ...noisyTask(40, { seed: "train" }),
  validation: noisyTask(20, { seed: "validation" }),
};
const runs: [string, TrainMatrixOptions][] = [
  ["the notebook's", { ...notebookPreset, batchSize: 30, epochs: 6 }],
  [
    "one with AdamW, centers, dropout and a penalty",
    {
      optimizer: adamW(),
      schedule: cosineDecay(0.02),
      sides: "separate",
      bias: true,
      dropout: 0.1,
      penalty: 0.01,
      batchSize: 16,
      epochs: 6,
      metric: "mrr",
    },
  ],
  ["a low-rank one", { rank: 3, start: "identity", batchSize: 16, epochs: 6 }],
];

/** The run and the checkpoint of epoch 3, through bytes. */
async function checkpointed(
  options: TrainMatrixOptions,
): Promise<{ whole: Awaited<ReturnType<typeof trainMatrix>>; bytes: Uint8Array }> {
  let bytes = new Uint8Array();
  const whole = await trainMatrix(data, {
    ...options,
    onEpoch: ({ epoch }, { checkpoint }) => {
      if (epoch === 3) bytes = encodeCheckpoint(checkpoint());
    },
  });
  return { whole, bytes };
}

describe("a checkpoint", () => {
  it.each(runs)("resumes %s run bit for bit", async (_, options) => {
    const { whole, bytes } = await checkpointed(options);
    const resumed = await trainMatrix(data, { ...options, resumeFrom: decodeCheckpoint(bytes) });
    expect(resumed).toEqual(whole);
  });

  it("reads back from bytes at any offset as it was", async () => {
    let kept: TrainingCheckpoint | undefined;
    await trainMatrix(data, {
      epochs: 1,
      onEpoch: (_, { checkpoint }) => {
        kept = checkpoint();
      },
    });
    const bytes = encodeCheckpoint(kept as TrainingCheckpoint);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(decodeCheckpoint(shifted.subarray(1))).toEqual(kept);
  });

  it("continues no other run", async () => {
    const [, options] = runs[0];
    const { bytes } = await checkpointed(options);
    const resumeFrom = decodeCheckpoint(bytes);
    const changes: [TrainMatrixOptions, string][] = [
      [{ seed: 9 }, "seed"],
      [{ batchSize: 31, penalty: 1 }, "batchSize, penalty"],
      [{ loss: cosineMse({ targets: [-1, 1] }) }, "loss"],
    ];
    for (const [change, names] of changes) {
      await expect(trainMatrix(data, { ...options, ...change, resumeFrom })).rejects.toThrow(
        `resumeFrom must be a checkpoint of this run, received one that differs in ${names}`,
      );
    }
    const other = { ...data, ...noisyTask(40, { seed: "other" }) };
    await expect(trainMatrix(other, { ...options, resumeFrom })).rejects.toThrow(
      "resumeFrom must be a checkpoint of this run, received one that differs in data",
    );
  });

  it("is refused when the bytes are damaged", async () => {
    const { bytes } = await checkpointed(runs[2][1]);
    expect(() => decodeCheckpoint(Uint8Array.of(1, 2, 3))).toThrow(
      "decodeCheckpoint: the bytes must begin with ETCHKPT1",
    );
    expect(() => decodeCheckpoint(bytes.subarray(0, bytes.length - 4))).toThrow(
      "decodeCheckpoint: the bytes must be at least",
    );
    const broken = bytes.slice();
    broken[12] = 0;
    expect(() => decodeCheckpoint(broken)).toThrow("decodeCheckpoint: the header must be JSON");
  });

  it("that is damaged anywhere is an error that names the place, or all of it finite: no NaN, no TypeError", async () => {
    const { bytes } = await checkpointed({ epochs: 3, batchSize: 30 });
    const headerEnd = 12 + new DataView(bytes.buffer).getUint32(8, true);
    const random = createRandom("damage");
    let refused = 0;
    for (let round = 0; round < 1500; round++) {
      let damaged = bytes.slice();
      const within = round % 2 === 0 ? headerEnd : bytes.length;
      if (round % 5 === 4) damaged = damaged.subarray(0, random.integer(bytes.length));
      else if (round % 5 === 3) damaged = new Uint8Array([...bytes, ...bytes.subarray(0, 4)]);
      else damaged[random.integer(within)] = random.integer(256);
      try {
        const { tensors, best, optimizer, epoch } = decodeCheckpoint(damaged);
        expect(Number.isInteger(epoch)).toBe(true);
        const moments = Object.values(optimizer.moments).flat();
        for (const array of [...tensors, ...(best.tensors ?? []), ...moments]) {
          expect(array.every((value) => Number.isFinite(value))).toBe(true);
        }
      } catch (error) {
        refused++;
        expect(error).toBeInstanceOf(RangeError);
        expect((error as Error).message).toMatch(/^decodeCheckpoint: .* must (be|begin) /);
      }
    }
    expect(refused).toBeGreaterThan(700);
  });

  it.each([
    ["null", "header must be an object, received null"],
    ["[]", "header must be an object, received []"],
    ['{"run":1}', "header.run must be a text, received 1"],
    ['{"run":"","epoch":-1}', "header.epoch must be an integer >= 0, received -1"],
    ['{"run":"","epoch":1,"step":0}', "header.best must be an object, received nothing"],
    [
      '{"run":"","epoch":1,"step":0,"best":{"epoch":1,"figure":null},"history":{},"groups":[]}',
      "header.history must be a list, received {}",
    ],
    [
      '{"run":"","epoch":1,"step":0,"best":{"epoch":1,"figure":null},"history":[],"groups":[]}',
      'header.groups must be groups with "tensors", received []',
    ],
  ])("whose header is %s is refused by the part", (json, words) => {
    const bytes = new Uint8Array(12 + json.length);
    bytes.set(new TextEncoder().encode(`ETCHKPT1\0\0\0\0${json}`));
    new DataView(bytes.buffer).setUint32(8, json.length, true);
    expect(() => decodeCheckpoint(bytes)).toThrow(`decodeCheckpoint: ${words}`);
  });
});
