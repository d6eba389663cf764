import { CHUNK, mixedWords } from "../math/kernel/mixed-words.js";
import { createFingerprint } from "../base/fingerprint.js";
import type { TrainingPairs } from "./training-pairs.js";

/**
 * A digest of training pairs, 16 hexadecimal digits: equal data give equal digests, and a changed value, row or label
 * almost surely another. It tells which data an adapter came from; it is no protection against forgery.
 */
export function trainingFingerprint({ queries, passages, pairs }: TrainingPairs): string {
  const { add, addFloats, digest } = createFingerprint();
  for (const { rows, cols, data } of [queries, passages]) {
    add(rows);
    add(cols);
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
    const chunked = words.length - (words.length % CHUNK);
    for (const word of mixedWords(words.subarray(0, chunked))) add(word);
    addFloats(data.subarray(chunked));
  }
  add(pairs.label.length);
  for (let i = 0; i < pairs.label.length; i++) {
    add(pairs.query[i]);
    add(pairs.passage[i]);
    add(pairs.label[i]);
  }
  return digest();
}
