import type { Kernel } from "../../math/kernel/kernel-instance.js";
import type { LossBatch } from "../losses/loss.js";
import { anchorsOf, setRelations } from "../losses/rank-scores.js";
import { softmax, type SoftmaxArguments } from "./operations.js";

/** Bytes for what the softmax of a batch reads and writes besides cosines and slopes. */
export function softmaxBytes(
  anchors: number,
  { queries, stride }: Pick<SoftmaxArguments, "queries" | "stride">,
  threads: number,
): number {
  return 16 + 24 * anchors + threads * stride * 8 + queries * stride;
}

/** The part of {@link SoftmaxArguments} that tells where cosines and slopes lie. */
type Cosines = Pick<SoftmaxArguments, "cosines" | "slopes" | "stride" | "queries" | "passages">;

/**
 * The value of InfoNCE and the cosines of the pairs, from cosines in the kernel's memory; the derivative by each goes to
 * `slopes`.
 *
 * @param at Where {@link softmaxBytes} are reserved.
 */
export function softmaxOfBatch(
  kernel: Kernel,
  at: number,
  batch: Pick<LossBatch, "pairs" | "knownMatches">,
  temperature: number,
  given: Cosines,
): { readonly value: number; readonly cosines: Float64Array } {
  const { query, passage } = batch.pairs;
  const { queries, stride } = given;
  const anchors = anchorsOf(batch);
  const count = anchors.length;
  const results = at + 16;
  const room = results + 16 * count;
  const anchorQueries = room + kernel.threads * stride * 8;
  const anchorPassages = anchorQueries + 4 * count;
  const relations = anchorPassages + 4 * count;
  const { buffer } = kernel.float64(at, 2);
  kernel.float64(at, 2).set([temperature, 1 / (temperature * count)]);
  // Loops by number: a step waits on this thread, and iterators over a batch's pairs take several times as long.
  const queryOf = new Int32Array(buffer, anchorQueries, count);
  const passageOf = new Int32Array(buffer, anchorPassages, count);
  for (let a = 0; a < count; a++) {
    queryOf[a] = query[anchors[a]];
    passageOf[a] = passage[anchors[a]];
  }
  const bytes = new Uint8Array(buffer, relations, queries * stride);
  bytes.fill(0);
  setRelations(batch, bytes, stride);
  const lists = { anchors: count, anchorQueries, anchorPassages, relations };
  softmax(kernel, { ...given, ...lists, settings: at, room, results });
  const found = kernel.float64(results, 2 * count);
  const cosines = kernel.float32(given.cosines, queries * stride);
  const ofPairs = new Float64Array(query.length);
  for (let i = 0; i < query.length; i++) ofPairs[i] = cosines[query[i] * stride + passage[i]];
  let sum = 0;
  for (let a = 0; a < count; a++) {
    sum += Math.log(found[2 * a]) + (found[2 * a + 1] - ofPairs[anchors[a]]) / temperature;
  }
  return { value: count === 0 ? 0 : sum / count, cosines: ofPairs };
}
