import { afterEach, describe, expect, it } from "vitest";
import { CHUNK, mixedWords } from "../../src/math/kernel/mixed-words.js";
import { loadKernel, setKernel } from "../../src/math/kernel/kernel.js";
import { multiply } from "../../src/math/multiply.js";
import { normalMatrix } from "./random-matrix.js";

const CHUNKS = 19; // more than are mixed at once
const words = new Uint32Array(normalMatrix(CHUNKS, CHUNK, 1).data.buffer);

describe("mixedWords", () => {
  afterEach(() => {
    setKernel();
  });

  it("gives the same words on any number of threads, and in plain JavaScript", () => {
    setKernel({ threads: 1 });
    const mixed = mixedWords(words);
    expect(mixed).toHaveLength(32 * CHUNKS);
    expect(new Set(mixed).size).toBeGreaterThan(32 * CHUNKS - 3);
    for (const threads of [2, 3]) {
      setKernel({ threads });
      multiply(normalMatrix(600, 600, 1), normalMatrix(600, 600, 2)); // large enough to start the workers
      expect(mixedWords(words)).toEqual(mixed);
    }
    Object.assign(loadKernel()!, { extend: () => false });
    expect(mixedWords(words)).toEqual(mixed);
  });

  it("differs by any word, in what comes of its chunk alone, and by the order of words", () => {
    const mixed = mixedWords(words);
    for (const at of [0, 15, 16, CHUNK - 1, CHUNK, 3 * CHUNK + 77, words.length - 1]) {
      for (const bit of [0, 13, 31]) {
        const other = words.slice();
        other[at] ^= 1 << bit;
        const [lane, chunk] = [at % 16, Math.floor(at / CHUNK)];
        const changed = [...mixedWords(other).entries()].filter(([i, word]) => word !== mixed[i]);
        expect(changed.map(([i]) => i)).toEqual([32 * chunk + lane, 32 * chunk + 16 + lane]);
      }
    }
    const swapped = words.slice();
    [swapped[5], swapped[21]] = [words[21], words[5]];
    expect(mixedWords(swapped)).not.toEqual(mixed);
  });

  it("makes nothing of nothing", () => {
    expect(mixedWords(new Uint32Array(0))).toHaveLength(0);
  });
});
