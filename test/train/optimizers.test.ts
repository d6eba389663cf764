import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { adam, adamW } from "../../src/train/optimizers/adam.js";
import type { Optimizer } from "../../src/train/optimizers/optimizer.js";
import { sgd } from "../../src/train/optimizers/sgd.js";

interface Fixture {
  start: number[];
  gradients: number[][];
  rates: number[];
  steps: Record<string, number[][]>;
}

// Written by test/fixtures/train/optimizers.py.
const torch = JSON.parse(
  readFileSync(new URL("../fixtures/train/optimizers.json", import.meta.url), "utf8"),
) as Fixture;

const optimizers: [string, Optimizer][] = [
  ["sgd", sgd()],
  ["sgdMomentum", sgd({ momentum: 0.9 })],
  ["sgdNesterov", sgd({ momentum: 0.8, nesterov: true })],
  ["adam", adam()],
  ["adamW", adamW({ beta1: 0.8, beta2: 0.95, weightDecay: 0.1 })],
];

describe.each(optimizers)("%s", (name, optimizer) => {
  it("takes PyTorch's steps", () => {
    let parameters: readonly Float32Array[] = [Float32Array.from(torch.start)];
    let state = optimizer.init(parameters);
    for (const [i, gradient] of torch.gradients.entries()) {
      ({ parameters, state } = optimizer.update([Float32Array.from(gradient)], state, parameters, {
        learningRate: torch.rates[i],
      }));
      for (const [j, expected] of torch.steps[name][i].entries()) {
        expect(parameters[0][j]).toBeCloseTo(expected, 5);
      }
    }
    expect(state.step).toBe(torch.gradients.length);
  });

  it("changes nothing it is given", () => {
    const parameters = [Float32Array.of(1, 2)];
    const gradients = [Float32Array.of(3, 4)];
    const rates = { learningRate: 0.1 };
    const state = optimizer.update(gradients, optimizer.init(parameters), parameters, rates).state;
    const before = structuredClone({ parameters, gradients, state });
    const first = optimizer.update(gradients, state, parameters, rates);
    expect({ parameters, gradients, state }).toEqual(before);
    expect(optimizer.update(gradients, state, parameters, rates)).toEqual(first);
  });

  it("gives the same in spare arrays", () => {
    const parameters = [Float32Array.of(1, 2)];
    const gradients = [Float32Array.of(3, 4)];
    const rates = { learningRate: 0.1 };
    const spare = optimizer.update(gradients, optimizer.init(parameters), parameters, rates);
    const second = optimizer.update(gradients, spare.state, spare.parameters, rates);
    const expected = structuredClone(
      optimizer.update(gradients, second.state, second.parameters, rates),
    );
    const third = optimizer.update(gradients, second.state, second.parameters, rates, spare);
    expect(third).toEqual(expected);
    expect(third.parameters[0]).toBe(spare.parameters[0]);
  });
});

describe("options of optimisers", () => {
  it("refuses momenta and decays out of range by name", () => {
    expect(() => sgd({ momentum: 1 })).toThrow(
      "sgd: momentum must be a number >= 0 and < 1, received 1",
    );
    expect(() => adam({ beta2: -0.1 })).toThrow(
      "adam: beta2 must be a number >= 0 and < 1, received -0.1",
    );
    expect(() => adamW({ weightDecay: NaN })).toThrow(
      "adamW: weightDecay must be a number >= 0, received NaN",
    );
  });
});
