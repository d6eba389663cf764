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
  const addWords = (words: Uint32Array): void => {
    // Variables of the function's own stay in registers; millions of words come.
    let [x, y] = [first, second];
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      x = Math.imul(x ^ word, 0xcc9e2d51);
      x ^= x >>> 15;
      x = (Math.imul(x, 5) + 0xe6546b64) | 0;
      y = Math.imul(y ^ word, 0x1b873593);
      y ^= y >>> 15;
      y = (Math.imul(y, 5) + 0xe6546b65) | 0;
    }
    [first, second] = [x, y];
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
    digest: () =>
      [first, second].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join(""),
  };
}
