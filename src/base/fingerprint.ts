/** Mixes words into a digest: equal words in equal order give equal digests. It is no protection against forgery. */
export interface Fingerprint {
  /** A number of 32 bits; of others the low 32 bits. */
  add(word: number): void;
  /** The bits of each value. */
  addFloats(values: Float32Array): void;
  /** 16 hexadecimal digits. */
  digest(): string;
}

/** Two words that others are mixed into. */
export type Lanes = readonly [x: number, y: number];

/** What nothing is mixed into yet. */
export const startLanes: Lanes = [0x9e3779b9, 0x85ebca6b];

/** Mixes every `step`-th word from `start` on into the lanes; a word that differs changes both for certain. */
export function mixLanes([x, y]: Lanes, words: Uint32Array, start = 0, step = 1): Lanes {
  for (let i = start; i < words.length; i += step) {
    const word = words[i];
    x = Math.imul(x ^ word, 0xcc9e2d51);
    x ^= x >>> 15;
    x = (Math.imul(x, 5) + 0xe6546b64) | 0;
    y = Math.imul(y ^ word, 0x1b873593);
    y ^= y >>> 15;
    y = (Math.imul(y, 5) + 0xe6546b65) | 0;
  }
  return [x, y];
}

export function createFingerprint(): Fingerprint {
  let lanes = startLanes;
  const addWords = (words: Uint32Array): void => {
    lanes = mixLanes(lanes, words);
  };
  const single = new Uint32Array(1);
  return {
    add(word) {
      single[0] = word;
      addWords(single);
    },
    addFloats(values) {
      // Whole words; a typed array of floats always begins on one.
      addWords(new Uint32Array(values.buffer, values.byteOffset, values.length));
    },
    digest: () => lanes.map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join(""),
  };
}
