import { createHash } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createRandom, type Random } from "../../src/base/random.js";
import type { TrainingPairs } from "../../src/data/training-pairs.js";
import { closeKernel, kernelStatus, setKernel } from "../../src/math/kernel/kernel.js";
import { createKernelEngine } from "../../src/math/engines/kernel-engine.js";
import { encodeCheckpoint, type TrainingCheckpoint } from "../../src/train/loop/checkpoint.js";
import { constant, oneCycle } from "../../src/train/loop/schedules.js";
import { contrastive } from "../../src/train/losses/contrastive.js";
import { infoNce } from "../../src/train/losses/info-nce.js";
import { trainMatrix, type TrainedMatrix } from "../../src/train/matrix-trainer.js";
import { adam, adamW } from "../../src/train/optimizers/adam.js";
import { sgd } from "../../src/train/optimizers/sgd.js";
import type { TrainMatrixOptions } from "../../src/train/training-options.js";
import { columns, noisyTask, normalMatrix } from "./shared.js";

/** Another engine to the trainer, so that its steps are taken one by one in JavaScript. */
const byItself = { ...createKernelEngine(), id: "kernel" };

/** What a run leaves: its history, and the bits of its last adapter and of its checkpoints. */
async function trace(
  data: TrainingPairs,
  options: TrainMatrixOptions,
): Promise<{
  readonly run: TrainedMatrix;
  readonly left: unknown;
  readonly checkpoint: TrainingCheckpoint;
}> {
  const digests: string[] = [];
  let last: TrainingCheckpoint | undefined;
  const run = await trainMatrix(data, {
    ...options,
    onEpoch: (_, { checkpoint }) => {
      last = checkpoint();
      const { run: settings, ...rest } = last;
      digests.push(sha256(encodeCheckpoint({ run: "", ...rest })), settings);
    },
  });
  return { run, left: [run.history, digests], checkpoint: last! };
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Pairs with repeated queries, passages that stand twice in the table, several matches of a query, and some labelled 0. */
function tangledTask(random: Random, dimensions: number): TrainingPairs {
  const [queries, passages] = [20 + random.integer(30), 5 + random.integer(30)];
  const table = normalMatrix(passages, dimensions, `passages/${random.next()}`);
  table.data.copyWithin(0, dimensions, 2 * dimensions);
  const labelOf = new Map<string, number>();
  const rows = Array.from({ length: 2 * queries }, (): [number, number, number] => {
    const [q, p] = [random.integer(queries), random.integer(passages)];
    const key = `${q} ${p < 2 ? 0 : p}`;
    if (!labelOf.has(key)) labelOf.set(key, q === 0 || random.next() < 0.7 ? 1 : 0);
    return [q, p, labelOf.get(key)!];
  });
  return {
    queries: normalMatrix(queries, dimensions, `queries/${random.next()}`),
    passages: table,
    pairs: columns([...rows, [0, 0, 1], [0, 0, 1], [0, 2, 1]]),
  };
}

describe("steps in the kernel's memory", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    setKernel();
  });

  it("leave the bits of steps in JavaScript, whatever is trained on whatever batches", async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = createRandom(`kernel-steps/${seed}`);
      const pick = <T>(...of: readonly T[]): T => of[random.integer(of.length)];
      const dimensions = pick(5, 16, 40);
      const data = tangledTask(random, dimensions);
      const options: TrainMatrixOptions = {
        sides: pick("shared", "query", "separate"),
        outputDimensions: dimensions,
        start: "identity",
        batchPassages: pick("paired", "all"),
        minedNegatives: pick(0, 1, 4),
        batchSize: pick(3, 16, 1000),
        loss: infoNce({ temperature: pick(0.02, 0.05, 1) }),
        optimizer: pick(adam(), adamW({ weightDecay: 0.1, beta1: 0.5 })),
        schedule: pick(constant(1e-2), oneCycle({ maxRate: 0.1 })),
        penalty: pick(0, 0.01),
        clipNorm: pick(null, 0.1),
        epochs: 3,
        seed,
      };
      const { left } = await trace(data, options);
      const inJavaScript = await trace(data, { ...options, engine: byItself });
      expect(left, `seed ${seed}`).toEqual(inJavaScript.left);
    }
  });

  it("leave them on any number of threads", async () => {
    const data = noisyTask(300, { dimensions: 256 });
    const options: TrainMatrixOptions = { sides: "separate", batchSize: 256, epochs: 12 };
    const runs: unknown[] = [];
    for (const threads of [1, 2, 3]) {
      setKernel({ threads });
      runs.push((await trace(data, options)).left);
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  it("leave them where there is no WebAssembly", async () => {
    const data = noisyTask(30, { dimensions: 24 });
    const options: TrainMatrixOptions = { sides: "separate", batchSize: 16, epochs: 3 };
    const { left } = await trace(data, options);
    closeKernel();
    vi.stubGlobal("WebAssembly", undefined);
    expect(kernelStatus().simd).toBe(false);
    expect((await trace(data, options)).left).toEqual(left);
  });

  it("take another loss and another optimiser for what they are, copies with another function included", async () => {
    const data = noisyTask(30, { dimensions: 16 });
    const scaled = { ...infoNce(), evaluateWithCosines: undefined, evaluate: () => 7 };
    const { history } = await trainMatrix(data, { loss: scaled, epochs: 1 });
    expect(history[0].trainLoss).toBe(7);
    const still = { ...adam(), update: sgd().update };
    const expected = await trainMatrix(data, { optimizer: sgd(), epochs: 2 });
    const { adapter } = await trainMatrix(data, { optimizer: still, epochs: 2 });
    expect(adapter.query).toEqual(expected.adapter.query);
    await expect(trainMatrix(data, { loss: contrastive(), epochs: 2 })).resolves.toBeDefined();
  });

  it("give way to other work between epochs, which finds the memory free", async () => {
    const data = noisyTask(60, { dimensions: 32 });
    const options: TrainMatrixOptions = { batchSize: 16, epochs: 6 };
    const alone = await trace(data, options);
    const beside = await Promise.all([1, 2, 3].map(() => trace(data, options)));
    for (const { left } of beside) expect(left).toEqual(alone.left);
  });

  it("say that the loss is no longer finite, and leave the kernel usable", async () => {
    const data = noisyTask(40, { dimensions: 16 });
    const wild = { schedule: constant(1e38), epochs: 4, batchSize: 8 };
    await expect(trainMatrix(data, wild)).rejects.toThrow("no longer a finite number");
    const expected = await trace(data, { epochs: 2, engine: byItself });
    expect((await trace(data, { epochs: 2 })).left).toEqual(expected.left);
  });

  it("go on from a checkpoint of steps in JavaScript", async () => {
    const data = noisyTask(40, { dimensions: 16 });
    const options: TrainMatrixOptions = { batchSize: 16, sides: "query", schedule: constant(0.01) };
    const kept: TrainingCheckpoint[] = [];
    const whole = await trainMatrix(data, {
      ...{ ...options, epochs: 4, engine: byItself },
      onEpoch: (_, { checkpoint }) => {
        kept.push(checkpoint());
      },
    });
    const resumed = await trainMatrix(data, { ...options, epochs: 4, resumeFrom: kept[1] });
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.adapter.query).toEqual(whole.adapter.query);
  });
});
