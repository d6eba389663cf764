import { describe, expect, it } from "vitest";
import { searchHyperparameters } from "../../src/train/hyperparameter-search.js";
import { cosineMse } from "../../src/train/losses/cosine-mse.js";
import { infoNce } from "../../src/train/losses/info-nce.js";
import { sgd } from "../../src/train/optimizers/sgd.js";
import { constant } from "../../src/train/loop/schedules.js";
import type { TrainMatrixOptions } from "../../src/train/training-options.js";
import { noisyTask } from "./shared.js";

const data = {
  ...noisyTask(40, { seed: "train" }),
  validation: noisyTask(30, { seed: "validation" }),
};
const run = (rate: number, temperature = 0.05): TrainMatrixOptions => ({
  loss: infoNce({ temperature }),
  schedule: constant(rate),
  epochs: 3,
  batchSize: 20,
});

describe("searchHyperparameters", () => {
  it("tries every combination of a grid and keeps the best on the validation pairs", async () => {
    const progress: number[] = [];
    const { trials, best, trained } = await searchHyperparameters(data, {
      space: { rate: [1e-9, 0.03], temperature: [0.05, 0.2] },
      configure: ({ rate, temperature }) => run(rate, temperature),
      onProgress: ({ stage, done, total }) => {
        expect([stage, total]).toEqual(["search", 4]);
        progress.push(done);
      },
    });
    expect(trials.map((trial) => trial.choice)).toEqual([
      { rate: 1e-9, temperature: 0.05 },
      { rate: 1e-9, temperature: 0.2 },
      { rate: 0.03, temperature: 0.05 },
      { rate: 0.03, temperature: 0.2 },
    ]);
    expect(best.choice.rate).toBe(0.03);
    expect(best.figure).toBe(Math.max(...trials.map((trial) => trial.figure ?? 0)));
    expect(trained.history[best.bestEpoch - 1].validationMetrics?.mrr).toBe(best.figure);
    expect(progress).toEqual([0, 1, 2, 3, 4]);
  });

  it("draws the same random points for the same seed, within their ranges", async () => {
    const draw = async (seed: number): Promise<unknown[]> => {
      const { trials } = await searchHyperparameters(data, {
        strategy: "random",
        trials: 5,
        seed,
        space: {
          rate: { min: 1e-4, max: 1e-1, scale: "log" },
          batchSize: { min: 10, max: 30, integer: true },
          bias: [true, false],
        },
        configure: ({ rate, batchSize, bias }) => ({ ...run(rate), epochs: 1, batchSize, bias }),
      });
      for (const { choice } of trials) {
        expect(choice.rate).toBeGreaterThanOrEqual(1e-4);
        expect(choice.rate).toBeLessThanOrEqual(1e-1);
        expect(Number.isInteger(choice.batchSize)).toBe(true);
      }
      return trials.map((trial) => trial.choice);
    };
    const first = await draw(1);
    expect(await draw(1)).toEqual(first);
    expect(await draw(2)).not.toEqual(first);
  });

  it("goes on after a run that diverged, and says so when all did", async () => {
    const diverging: TrainMatrixOptions = {
      loss: cosineMse(),
      optimizer: sgd({ momentum: 0.99 }),
      schedule: constant(1e60),
      epochs: 50,
    };
    const options = {
      configure: ({ wild }: { readonly wild: boolean }) => (wild ? diverging : run(0.01)),
      metric: "rocAuc",
    } as const;
    const { trials, best } = await searchHyperparameters(data, {
      ...options,
      space: { wild: [true, false] },
    });
    expect(trials[0]).toMatchObject({ figure: null, bestEpoch: 0 });
    expect(trials[0].error).toContain("no longer a finite number");
    expect(best).toBe(trials[1]);
    await expect(
      searchHyperparameters(data, { ...options, space: { wild: [true] } }),
    ).rejects.toThrow("every one of the 1 trials diverged");
  });

  it("returns the best trial so far when the signal aborts", async () => {
    const controller = new AbortController();
    const { trials } = await searchHyperparameters(data, {
      space: { rate: [0.01, 0.02, 0.03] },
      configure: ({ rate }) => run(rate),
      signal: controller.signal,
      onTrial: () => {
        controller.abort();
      },
    });
    expect(trials.length).toBe(1);
  });

  it("refuses a search that cannot be made", async () => {
    const configure = (): TrainMatrixOptions => run(0.01);
    const search = async (
      options: Partial<Parameters<typeof searchHyperparameters>[1]>,
      pairs: Parameters<typeof searchHyperparameters>[0] = data,
    ): Promise<unknown> => searchHyperparameters(pairs, { space: {}, configure, ...options });
    await expect(search({}, { ...data, validation: undefined })).rejects.toThrow(
      "data.validation must be pairs to choose by",
    );
    await expect(search({ space: { rate: [] } })).rejects.toThrow(
      "space.rate must be a list of at least one value",
    );
    await expect(search({ space: { rate: { min: 0, max: 1 } } })).rejects.toThrow(
      "space.rate must be a list of values (a range needs",
    );
    await expect(
      search({ strategy: "random", space: { rate: { min: 0, max: 1, scale: "log" } } }),
    ).rejects.toThrow("rate must have min <= max and min > 0, received 0 to 1");
    await expect(search({ strategy: "random", trials: 0 })).rejects.toThrow(
      "trials must be an integer >= 1, received 0",
    );
  });
});
