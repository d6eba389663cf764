import { describe, expect, it } from "vitest";
import { fitRca } from "../../src/fit/fit-rca.js";
import { trainMatrix } from "../../src/train/matrix-trainer.js";
import {
  classificationPreset,
  cookbookGrid,
  cookbookPreset,
  notebookPreset,
  retrievalPreset,
} from "../../src/train/presets.js";
import { noisyTask } from "./shared.js";

const data = {
  ...noisyTask(60, { seed: "train" }),
  validation: noisyTask(40, { seed: "validation" }),
};

describe("the published presets", () => {
  it("map 1,536 dimensions to 1,024 in the notebook and to 2,048 in the cookbook", () => {
    expect(notebookPreset.outputDimensions(1536)).toBe(1024);
    expect(notebookPreset.outputDimensions(1)).toBe(1);
    expect(cookbookPreset.outputDimensions).toBe(2048);
  });

  it("aim at labels 0 and 1 in the notebook, at -1 and 1 in the cookbook", () => {
    expect(notebookPreset.loss.settings).toEqual({ targets: [0, 1] });
    expect(cookbookPreset.loss.settings).toEqual({ targets: [-1, 1] });
  });

  it("reach a rate of 1,000 after 30 % of the notebook's 240 steps", () => {
    const rates = Array.from({ length: 240 }, (_, step) => notebookPreset.schedule(step, 240));
    expect(rates[71].learningRate).toBeCloseTo(1000, 8);
    expect(rates[71].momentum).toBeCloseTo(0.85, 10);
    expect(Math.max(...rates.map((rate) => rate.learningRate))).toBe(rates[71].learningRate);
    expect(rates[239].learningRate).toBeCloseTo(1000 / 25 / 1e4, 8);
  });

  it("try the cookbook's three pairs of batch size and rate", () => {
    const tried = cookbookGrid.map(({ batchSize, schedule }) => [
      batchSize,
      schedule(0, 10).learningRate,
    ]);
    expect(tried).toEqual([
      [10, 10],
      [100, 100],
      [1000, 1000],
    ]);
  });

  it("train as they are, the cookbook's with other sizes too", async () => {
    for (const preset of [notebookPreset, { ...cookbookPreset, ...cookbookGrid[0] }]) {
      const { adapter, history, bestEpoch } = await trainMatrix(data, { ...preset, epochs: 2 });
      expect(history.length).toBe(2);
      expect(bestEpoch).toBeGreaterThan(0); // the untouched embedding has no part in these
      expect(adapter.metadata.method).toBe(preset.method);
      expect(adapter.query.weights?.data.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("our presets", () => {
  it("raise their figure over the untouched embedding on pairs never trained on", async () => {
    const test = noisyTask(40, { seed: "test" });
    const start = fitRca(data);
    for (const preset of [retrievalPreset({ start }), classificationPreset({ start })]) {
      const { adapter, untouched, history, bestEpoch } = await trainMatrix(data, preset);
      const metric = preset.metric!;
      const best = history[bestEpoch - 1].validationMetrics?.[metric] ?? 0;
      expect(best).toBeGreaterThan((untouched?.[metric] ?? 1) + 0.01);
      // One more epoch at a rate of nothing measures the adapter on the test pairs.
      const onTest = await trainMatrix(
        { ...data, validation: test },
        {
          ...preset,
          start: adapter,
          epochs: 1,
          schedule: () => ({ learningRate: 0 }),
        },
      );
      expect(onTest.history[0].validationMetrics?.[metric]).toBeGreaterThan(
        onTest.untouched?.[metric] ?? 1,
      );
    }
  });
});
