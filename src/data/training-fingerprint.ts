import type { TrainingPairs } from "./training-pairs.js";

/**
 * A digest of training pairs, 16 hexadecimal digits: equal data give equal digests, and a changed value, row or label
 * almost surely another. It tells which data an adapter came from; it is no protection against forgery.
 */
export function trainingFingerprint({ queries, passages, pairs }: TrainingPairs): string {
  let first = 0x9e3779b9;
  let second = 0x85ebca6b;
  const mix = (word: number): void => {
    first = Math.imul(first ^ word, 0xcc9e2d51);
    first ^= first >>> 15;
    first = (Math.imul(first, 5) + 0xe6546b64) | 0;
    second = Math.imul(second ^ word, 0x1b873593);
    second ^= second >>> 15;
    second = (Math.imul(second, 5) + 0xe6546b65) | 0;
  };
  for (const { rows, cols, data } of [queries, passages]) {
    mix(rows);
    mix(cols);
    // Whole words; a typed array of floats always begins on one.
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
    for (let i = 0; i < words.length; i++) mix(words[i]);
  }
  mix(pairs.label.length);
  for (let i = 0; i < pairs.label.length; i++) {
    mix(pairs.query[i]);
    mix(pairs.passage[i]);
    mix(pairs.label[i]);
  }
  return [first, second].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
}
