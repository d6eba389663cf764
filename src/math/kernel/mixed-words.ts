import { mixLanes, startLanes } from "../../base/fingerprint.js";
import { OPERATION } from "./kernel-instance.js";
import { cosinesOfKernel } from "./kernel.js";

/** Words that are mixed together. */
export const CHUNK = 16_384;
/** Lanes that take turns within a chunk, and how many words come of a chunk: two of each. */
const LANES = 16;
const MIXED = 32;
/** Chunks copied into the kernel's memory at once: they stay in the cache until they are mixed. */
const BLOCK = 8;

/**
 * A few words that stand for many: each chunk of {@link CHUNK} becomes 32, on the kernel's threads where there are any. Equal words give
 * equal ones, and one word that differs changes what comes of it for certain.
 *
 * @param words Whole chunks.
 */
export function mixedWords(words: Uint32Array): Uint32Array {
  const chunks = words.length / CHUNK;
  const mixed = new Uint32Array(chunks * MIXED);
  const kernel = chunks === 0 ? null : cosinesOfKernel();
  if (kernel === null) {
    for (let chunk = 0; chunk < chunks; chunk++) {
      const part = words.subarray(chunk * CHUNK, (chunk + 1) * CHUNK);
      plainMixedWords(part, mixed.subarray(chunk * MIXED, (chunk + 1) * MIXED));
    }
    return mixed;
  }
  kernel.scope(() => {
    const most = Math.min(chunks, BLOCK);
    const at = kernel.reserve(most * CHUNK * 4);
    const to = kernel.reserve(most * MIXED * 4);
    for (let start = 0; start < chunks; start += BLOCK) {
      const count = Math.min(BLOCK, chunks - start);
      const { buffer } = kernel.float32(at, 0);
      new Uint32Array(buffer, at, count * CHUNK).set(
        words.subarray(start * CHUNK, (start + count) * CHUNK),
      );
      kernel.dispatch([OPERATION.mixWords, at, CHUNK, to], count, 10 * count * CHUNK);
      mixed.set(new Uint32Array(buffer, to, count * MIXED), start * MIXED);
    }
  });
  return mixed;
}

/** {@link mixedWords} of a chunk in plain JavaScript: the same bits. */
function plainMixedWords(words: Uint32Array, to: Uint32Array): void {
  for (let lane = 0; lane < LANES; lane++) {
    [to[lane], to[LANES + lane]] = mixLanes(startLanes, words, lane, LANES);
  }
}
