import type { Adapter } from "../../adapter/adapter.js";
import { createAdapter } from "../../adapter/create-adapter.js";
import { checkChoice, checkInteger, refuse } from "../../base/checks.js";
import { yieldToEventLoop } from "../../base/event-loop.js";
import { createFingerprint } from "../../base/fingerprint.js";
import type { LongJobOptions } from "../../base/progress.js";
import { createRandom } from "../../base/random.js";
import { foldsOfGroups } from "../../data/split/folds-of-groups.js";
import type { Interval } from "../../evaluate/statistics/intervals.js";
import { alikeRows } from "../../math/alike-rows.js";
import {
  bridgeMaps,
  bridgeMethods,
  bridgePoints,
  type BridgeMethod,
  type BridgePoint,
} from "./bridge-maps.js";
import { distinctCount, readTexts, unitRows, type Vectors } from "./bridge-data.js";
import { bridgeSides } from "./bridge-sides.js";
import { meanWithInterval } from "./mean-with-interval.js";
import {
  createTrial,
  fitRows,
  type BridgeData,
  type BridgeQueries,
  type BridgeRows,
  type TrialOutcome,
} from "./bridge-trial.js";

export interface BridgeOptions extends LongJobOptions {
  /**
   * Questions as they are asked, embedded with the new model, and with the old one too where it is at hand: at least 100 help.
   * They need no answers. Rows of both are the same questions. @default none
   */
  readonly queries?: { readonly new: Vectors; readonly old?: Vectors | undefined } | undefined;
  /** What to try. @default all four */
  readonly methods?: readonly BridgeMethod[] | undefined;
  /** Parts the texts are cut into; one is held out in turn. @default 5 */
  readonly folds?: number | undefined;
  /** Seed of the folds, the curve and the intervals. @default 1 */
  readonly seed?: string | number | undefined;
  /** Id of the new model, whose vectors the adapter takes. @default null */
  readonly newEmbedder?: string | null | undefined;
  /** Id of the old model, whose index is searched. @default null */
  readonly oldEmbedder?: string | null | undefined;
}

/** A mean over held-out rows. */
export interface BridgeFigure {
  readonly value: number;
  /** 95 %, by bootstrap over the rows. */
  readonly interval: Interval;
}

export interface BridgeCandidate extends BridgePoint {
  /**
   * Mean reciprocal rank of a held-out text's own old vector among all of its kind: what is chosen by.
   */
  readonly ownTextMrr: number;
  /** Of held-out rows with the new model's own ten neighbours. */
  readonly agreementAt10: number;
}

export interface BridgeCurvePoint {
  /** Texts that were fitted on, questions with old vectors among them. */
  readonly texts: number;
  readonly agreementAt10: number;
  readonly ownTextMrr: number;
}

/** A map from a new model's space into an old one's, and what it is worth there. Plain data. */
export interface Bridge {
  /**
   * Takes vectors of the new model among those of the old: the query side questions, the passage side texts that are added
   * later. `metadata.embedder` is the new model, `metadata.target` the old one.
   */
  readonly adapter: Adapter;
  readonly chosen: BridgePoint;
  /** Every point tried, the chosen one first. */
  readonly candidates: readonly BridgeCandidate[];
  /**
   * Share of the new model's own ten nearest held-out texts that a held-out question (a held-out text, where no questions are
   * given) finds among its ten in the old index of these texts.
   */
  readonly agreementAt10: BridgeFigure & {
    /** What asked. */
    readonly askers: "queries" | "texts";
    /** How many texts an asker's ten are among, on average: the more, the harder. */
    readonly among: number;
    /** What a map that knows nothing gives: ten of the texts that an asker's ten may be. */
    readonly chance: number;
  };
  readonly ownTextMrr: BridgeFigure;
  /** The chosen point fitted on fewer texts, each twice as many as before. */
  readonly curve: readonly BridgeCurvePoint[];
  /** Different texts that the adapter was fitted on. */
  readonly texts: number;
  /** All of it in words. */
  readonly sentence: string;
}

/** Held-out texts that an asker's ten are among, at least. */
const leastPool = 11;

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
  const data = readData(oldVectors, newVectors, queries, folds);
  const points = bridgePoints(methods, Math.min(data.texts.old.cols, data.texts.new.cols));
  const parts = layOut(data, folds, seed);

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
  const sentence = sentenceOf({ method, agreementAt10, curve, texts });
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

function readData(
  oldVectors: Vectors,
  newVectors: Vectors,
  given: BridgeOptions["queries"],
  folds: number,
): BridgeData {
  const texts = readTexts(oldVectors, newVectors, "fitBridge: oldVectors", "fitBridge: newVectors");
  for (const [name, { cols }] of [
    ["oldVectors", texts.old],
    ["newVectors", texts.new],
  ] as const) {
    if (cols < 2) refuse(`fitBridge: ${name}`, "of 2 dimensions or more", cols);
  }
  const count = distinctCount(texts.same);
  if (count < folds * leastPool) {
    throw new RangeError(
      `fitBridge: oldVectors and newVectors must hold ${folds * leastPool} texts or more that differ in both, ${leastPool} for each of ${folds} folds, received ${count}`,
    );
  }
  if (given === undefined) return { texts, queries: null };
  const queries = readQueries(given);
  for (const side of ["new", "old"] as const) {
    const vectors = queries[side];
    if (vectors !== null && vectors.cols !== texts[side].cols) {
      refuse(
        `fitBridge: queries.${side}`,
        `of the ${texts[side].cols} dimensions of ${side}Vectors`,
        vectors.cols,
      );
    }
  }
  const different = distinctCount(queries.same);
  if (different < folds) {
    throw new RangeError(
      `fitBridge: queries.new must hold ${folds} different questions or more, one for each fold, received ${different}`,
    );
  }
  return { texts, queries };
}

function readQueries(given: NonNullable<BridgeOptions["queries"]>): BridgeQueries {
  if (given.old !== undefined) {
    return readTexts(given.old, given.new, "fitBridge: queries.old", "fitBridge: queries.new");
  }
  const rows = unitRows(given.new, "fitBridge: queries.new");
  return { new: rows, old: null, same: alikeRows(rows) };
}

interface Part {
  readonly kept: BridgeRows;
  readonly held: BridgeRows;
}

/** Folds in which all rows of a text are on one side. */
function layOut({ texts, queries }: BridgeData, folds: number, seed: string | number): Part[] {
  const ofTexts = foldsOfGroups(texts.same, { folds, seed }, "fitBridge");
  const ofQueries =
    queries === null
      ? new Uint32Array()
      : foldsOfGroups(queries.same, { folds, seed }, "fitBridge");
  const rows = (of: Uint32Array, wanted: (fold: number) => boolean): number[] =>
    [...of.keys()].filter((row) => wanted(of[row]));
  return Array.from({ length: folds }, (_, fold) => ({
    kept: {
      texts: rows(ofTexts, (own) => own !== fold),
      queries: rows(ofQueries, (own) => own !== fold),
    },
    held: {
      texts: rows(ofTexts, (own) => own === fold),
      queries: rows(ofQueries, (own) => own === fold),
    },
  }));
}

/** The same rows first, whatever the share. */
function firstShare({ texts, queries }: BridgeRows, share: number, seed: string): BridgeRows {
  const first = (rows: readonly number[], name: string): number[] =>
    createRandom(`${seed}/${name}`)
      .shuffle([...rows])
      .slice(0, Math.max(2, Math.round(share * rows.length)));
  return { texts: first(texts, "texts"), queries: first(queries, "queries") };
}

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

function sentenceOf({
  method,
  agreementAt10: { value, interval, askers, among, chance },
  curve,
  texts,
}: Pick<Bridge, "agreementAt10" | "curve" | "texts"> & { readonly method: string }): string {
  const [half, whole] = curve.slice(-2);
  const gain = whole.agreementAt10 - half.agreementAt10;
  const who = askers === "queries" ? "held-out questions" : "held-out texts";
  return (
    `${method} on ${texts} texts: ${who} find ${value.toFixed(2)} of the new model's ten nearest among ${among} held-out ` +
    `texts [${interval.map((end) => end.toFixed(2)).join(", ")}], by chance ${chance.toFixed(2)}; from ${half.texts} to ${whole.texts} texts that ` +
    (gain >= 0.005
      ? `rose by ${gain.toFixed(2)}: more would help`
      : "rose no more: more will hardly help")
  );
}
