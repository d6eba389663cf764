import { createAdapter } from "../../adapter/create-adapter.js";
import { checkChoice, checkInteger, refuse } from "../../base/checks.js";
import { yieldToEventLoop } from "../../base/event-loop.js";
import { createFingerprint } from "../../base/fingerprint.js";
import type { Bridge, BridgeCandidate, BridgeCurvePoint, BridgeOptions } from "./bridge.js";
import { distinctCount, type Vectors } from "./bridge-data.js";
import { bridgeFolds, firstShare } from "./bridge-folds.js";
import { bridgeMaps, bridgeMethods, bridgePoints } from "./bridge-maps.js";
import { bridgeSentence } from "./bridge-sentence.js";
import { bridgeSides } from "./bridge-sides.js";
import { createTrial, fitRows, type BridgeData, type TrialOutcome } from "./bridge-trial.js";
import { meanWithInterval } from "./mean-with-interval.js";
import { readBridgeData } from "./read-bridge-data.js";

/**
 * Fits the map that lets questions of a new model search an index that an old one made: Procrustes, whitened Procrustes, ridge
 * and low rank, chosen by cross-validation. The dimensions may differ.
 *
 * A held-out text is to find its own old vector: that needs no label, and of what can be measured without one it foretold
 * best which map answers questions. Agreement with the new model's neighbours, which is reported, did not: it prefers maps
 * that distort the old space.
 *
 * @param oldVectors n × k, texts of the index (a random sample of it) as the old model embeds them.
 * @param newVectors n × d, the same texts as the new model embeds them, as passages.
 * @throws RangeError naming vectors that are not finite or of zeros, counts that differ, fewer than 2 dimensions, fewer
 *   different texts than 11 a fold, options outside their range; rejects with the signal's reason when aborted.
 *
 * Source: Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966; Hoerl and Kennard, "Ridge
 * regression", 1970; Izenman, "Reduced-rank regression for the multivariate linear model", 1975.
 */
export async function fitBridge(
  oldVectors: Vectors,
  newVectors: Vectors,
  {
    queries,
    methods = bridgeMethods,
    folds = 5,
    seed = 1,
    newEmbedder = null,
    oldEmbedder = null,
    signal,
    onProgress,
  }: BridgeOptions = {},
): Promise<Bridge> {
  checkInteger(folds, "fitBridge: folds", { least: 2 });
  if (methods.length === 0) refuse("fitBridge: methods", "one or more", methods);
  for (const [i, method] of methods.entries()) {
    checkChoice(method, `fitBridge: methods[${i}]`, bridgeMethods);
  }
  const data = readBridgeData(oldVectors, newVectors, queries, folds);
  const points = bridgePoints(methods, Math.min(data.texts.old.cols, data.texts.new.cols));
  const parts = bridgeFolds(data, folds, seed);

  const outcomes: TrialOutcome[][] = points.map(() => []);
  const total = parts.length * (points.length + curveShares.length);
  let done = 0;
  const step = async (stage: string): Promise<void> => {
    onProgress?.({ stage, done: ++done, total });
    await yieldToEventLoop();
    signal?.throwIfAborted();
  };
  signal?.throwIfAborted();
  for (const { kept, held } of parts) {
    const trial = createTrial(data, fitRows(data, kept), held);
    for (const [i, point] of points.entries()) {
      outcomes[i].push(trial(point));
      await step("fit");
    }
  }
  const figures = outcomes.map((list) => ({
    ownTextMrr: meanOf(list.map(({ ownText }) => ownText.values)),
    agreementAt10: meanOf(list.map(({ agreement }) => agreement.values)),
  }));
  const candidates = points.map((point, i): BridgeCandidate => ({ ...point, ...figures[i] }));
  const best = candidates.reduce((a, b) => (b.ownTextMrr > a.ownTextMrr ? b : a));
  const at = candidates.indexOf(best);

  const curve: BridgeCurvePoint[] = [];
  for (const share of curveShares) {
    const fewer: TrialOutcome[] = [];
    let texts = 0;
    for (const [p, { kept, held }] of parts.entries()) {
      const rows = firstShare(kept, share, `${seed}/curve/${p}`);
      texts += rows.texts.length + (data.queries?.old ? rows.queries.length : 0);
      fewer.push(createTrial(data, fitRows(data, rows), held)(points[at]));
      await step("learning curve");
    }
    curve.push({
      texts: Math.round(texts / parts.length),
      agreementAt10: meanOf(fewer.map(({ agreement }) => agreement.values)),
      ownTextMrr: meanOf(fewer.map(({ ownText }) => ownText.values)),
    });
  }
  curve.push({
    texts: Math.round(
      parts.reduce(
        (sum, { kept }) => sum + kept.texts.length + (data.queries?.old ? kept.queries.length : 0),
        0,
      ) / parts.length,
    ),
    ...figures[at],
  });

  const all = fitRows(data, {
    texts: [...data.texts.same.keys()],
    queries: [...(data.queries?.same.keys() ?? [])],
  });
  const { method, parameters } = points[at];
  const among = Math.round(
    parts.reduce((sum, { held }) => sum + held.texts.length, 0) / parts.length,
  );
  const agreementAt10: Bridge["agreementAt10"] = {
    ...meanWithInterval(
      outcomes[at].map(({ agreement }) => agreement),
      (data.queries ?? data.texts).same,
      seed,
    ),
    askers: data.queries === null ? "texts" : "queries",
    among,
    // A text is no neighbour of its own.
    chance: Math.min(1, 10 / (data.queries === null ? among - 1 : among)),
  };
  const ownTextMrr = meanWithInterval(
    outcomes[at].map(({ ownText }) => ownText),
    (data.queries?.old ? data.queries : data.texts).same,
    seed,
  );
  const texts =
    distinctCount(data.texts.same) + (data.queries?.old ? distinctCount(data.queries.same) : 0);
  const sentence = bridgeSentence({ method, agreementAt10, curve, texts });
  const adapter = createAdapter({
    inputDimensions: data.texts.new.cols,
    outputDimensions: data.texts.old.cols,
    ...bridgeSides(all.moments, bridgeMaps(all.moments)(points[at]), all.texts, all.queries),
    embedder: newEmbedder,
    method: `bridge-${method}`,
    parameters,
    trainingData: fingerprintOf(data),
    metrics: { "agreement@10": agreementAt10.value, "own text mrr": ownTextMrr.value },
    sentence,
    ...(oldEmbedder === null ? {} : { target: oldEmbedder }),
  });
  return {
    adapter,
    chosen: points[at],
    candidates: [best, ...candidates.filter((candidate) => candidate !== best)],
    agreementAt10,
    ownTextMrr,
    curve,
    texts,
    sentence,
  };
}

/** Of the rows that are not held out. */
const curveShares = [1 / 8, 1 / 4, 1 / 2];

function meanOf(lists: readonly Float64Array[]): number {
  const count = lists.reduce((sum, list) => sum + list.length, 0);
  return lists.reduce((sum, list) => sum + list.reduce((a, b) => a + b, 0), 0) / count;
}

function fingerprintOf({ texts, queries }: BridgeData): string {
  const { addFloats, digest } = createFingerprint();
  for (const matrix of [texts.old, texts.new, queries?.old, queries?.new]) {
    if (matrix) addFloats(matrix.data);
  }
  return digest();
}
