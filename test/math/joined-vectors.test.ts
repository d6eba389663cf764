import seedrandom from "seedrandom";
import { setTimeout } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { joinedVectors, plainJoinedVectors } from "../../src/math/decompose/joined-vectors.js";
import { loadKernel, setKernel } from "../../src/math/kernel/kernel.js";
import { multiply } from "../../src/math/multiply.js";
import { normalMatrix } from "./random-matrix.js";

const random = seedrandom("joined vectors");

/** Poles from close neighbours to far ones, weights from nearly nothing to 1. */
function update(k: number): { poles: Float64Array; z: Float64Array; rho: number } {
  let pole = -1;
  const poles = Float64Array.from({ length: k }, () => (pole += 10 ** (-8 * random())));
  const z = Float64Array.from({ length: k }, () => (random() - 0.5) * 10 ** (-6 * random()));
  return { poles, z, rho: 0.1 + random() };
}

function shuffled(k: number): Int32Array {
  const keys = Float64Array.from({ length: k }, random);
  return Int32Array.from(keys.keys()).sort((i, j) => keys[i] - keys[j]);
}

afterEach(() => {
  setKernel();
});

it.each([1, 2, 3, 8, 9, 64, 301])(
  "of %i poles are the same bits in WebAssembly, on three threads, and without it, and solve the update",
  async (k) => {
    setKernel({ threads: 3 });
    const large = normalMatrix(520, 520, k);
    multiply(large, large); // starts the workers
    await setTimeout(50);
    const kernel = loadKernel()!;
    const job = update(k);
    const place = shuffled(k);
    const first = k >> 2;
    const plain = new Float64Array(k * k);
    const roots = plainJoinedVectors(job, place, first, plain);
    const wanted = plain.subarray(first * k);
    const { ofKernel, rootsOfKernel } = kernel.scope(() => {
      const at = kernel.reserve(k * k * 8);
      const rootsOfKernel = joinedVectors(kernel, job, place, first, at);
      return { rootsOfKernel, ofKernel: kernel.float64(at, k * k).slice(first * k) };
    });
    expect(rootsOfKernel).toEqual(roots);
    expect(ofKernel).toEqual(wanted);

    // (D + rho · z · zᵀ) · v = root · v, for each vector.
    const { poles, z, rho } = job;
    const scale = Math.abs(poles[0]) + Math.abs(poles[k - 1]) + rho;
    for (let j = first; j < k; j++) {
      const v = Float64Array.from(place, (at) => plain[j * k + at]);
      const inner = v.reduce((sum, x, i) => sum + x * z[i], 0);
      for (let i = 0; i < k; i++) {
        const error = poles[i] * v[i] + rho * inner * z[i] - roots[j] * v[i];
        expect(Math.abs(error)).toBeLessThan(1e-14 * k * scale);
      }
    }
  },
);
