/** Mixes words into a digest: equal words in equal order give equal digests. It is no protection against forgery. */
export interface Fingerprint {
  /** A number of 32 bits; of others the low 32 bits. */
  add(word: number): void;
  /** The bits of each value. */
  addFloats(values: Float32Array): void;
  /** 16 hexadecimal digits. */
  digest(): string;
}

export function createFingerprint(): Fingerprint {
  let first = 0x9e3779b9;
  let second = 0x85ebca6b;
  const add = (word: number): void => {
    first = Math.imul(first ^ word, 0xcc9e2d51);
    first ^= first >>> 15;
    first = (Math.imul(first, 5) + 0xe6546b64) | 0;
    second = Math.imul(second ^ word, 0x1b873593);
    second ^= second >>> 15;
    second = (Math.imul(second, 5) + 0xe6546b65) | 0;
  };
  return {
    add,
    addFloats(values) {
      // Whole words; a typed array of floats always begins on one.
      const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
      for (let i = 0; i < words.length; i++) add(words[i]);
    },
    digest: () =>
      [first, second].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join(""),
  };
}
