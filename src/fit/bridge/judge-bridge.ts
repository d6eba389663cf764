import type { Adapter } from "../../adapter/adapter.js";
import { applyAdapter } from "../../adapter/apply.js";
import { refuse } from "../../base/checks.js";
import type { LongJobOptions } from "../../base/progress.js";
import type { EngineOptions } from "../../math/engines/on-engine.js";
import type { PairColumns } from "../../data/types.js";
import { evaluateRetrieval } from "../../evaluate/retrieval/retrieval.js";
import type { Interval } from "../../evaluate/statistics/intervals.js";
import { equalRows } from "../../math/equal-rows.js";
import type { Matrix } from "../../math/matrix.js";
import { stackRows } from "../matrix-layout.js";
import { unitRows, type Vectors } from "./bridge-data.js";
import { meanWithInterval } from "./mean-with-interval.js";

/** Labelled questions, and the index that they search. */
export interface LabelledBridge {
  /** Questions as the new model embeds them. */
  readonly queries: Vectors;
  /** The old index: passages as the old model embedded them. */
  readonly passages: Vectors;
  /** Rows of both that belong together, label 1. */
  readonly pairs: PairColumns;
  /** The same questions as the old model embeds them, to compare with: what the index does now. */
  readonly oldQueries?: Vectors | undefined;
  /** The same passages as the new model embeds them, to compare with: what a new index would do. */
  readonly newPassages?: Vectors | undefined;
}

export interface JudgeBridgeOptions extends LongJobOptions, EngineOptions {
  /** `oldVectors` of `fitBridge`: questions whose answers are among them are told apart, as they are found too easily. */
  readonly fittedOn?: Vectors | undefined;
  /** Of the intervals. @default 1 */
  readonly seed?: string | number | undefined;
}

/** A mean over labelled questions with its 95 % interval, by bootstrap over the questions. */
export interface BridgeRecall {
  readonly value: number;
  readonly interval: Interval;
}

/** Means over the questions, each against the whole index. */
export interface BridgeRetrieval {
  readonly questions: number;
  readonly "recall@1": BridgeRecall;
  readonly "recall@10": BridgeRecall;
  readonly mrr: BridgeRecall;
}

export interface BridgeJudgement {
  /** Questions of the new model, mapped, in the old index. */
  readonly bridge: BridgeRetrieval;
  /** Of these, the questions none of whose answers was fitted on; `null` where that is unknown or there are none. */
  readonly unseen: BridgeRetrieval | null;
  /** Questions of the old model in the old index; `null` without `oldQueries`. */
  readonly oldModel: BridgeRetrieval | null;
  /** Questions of the new model in a new index; `null` without `newPassages`. */
  readonly newModel: BridgeRetrieval | null;
}

/**
 * What a bridge reaches on labelled questions, beside what either model reaches alone. Labels play no part in the fit; texts
 * do: a passage that was fitted on is found more easily than one that was not, and most of an index was not.
 *
 * @throws RangeError on vectors and pairs that cannot be judged by, and dimensions that are not the adapter's.
 */
export async function judgeBridge(
  adapter: Adapter,
  { queries, passages, pairs, oldQueries, newPassages }: LabelledBridge,
  { fittedOn, seed = 1, signal, onProgress, engine }: JudgeBridgeOptions = {},
): Promise<BridgeJudgement> {
  const place = "judgeBridge:";
  const asked = unitRows(queries, `${place} queries`);
  const index = unitRows(passages, `${place} passages`);
  checkColumns(asked, adapter.inputDimensions, `${place} queries`, "that the adapter takes");
  checkColumns(index, adapter.outputDimensions, `${place} passages`, "that the adapter gives");
  const relevant: number[][] = Array.from({ length: asked.rows }, () => []);
  for (const [i, query] of pairs.query.entries()) {
    if (pairs.label[i] !== 1) continue;
    if (query >= asked.rows) refuse(`${place} pairs.query[${i}]`, "a row of queries", query);
    relevant[query].push(pairs.passage[i]);
  }
  const search = async (from: Matrix, to: Matrix, wanted = relevant): Promise<BridgeRetrieval> => {
    const { perQuery, n } = await evaluateRetrieval(from, to, wanted, {
      ...{ ks: [1, 10], signal, onProgress, engine },
    });
    const rows = Array.from({ length: n }, (_, i) => i);
    const figure = (name: string): BridgeRecall =>
      meanWithInterval([{ rows, values: perQuery[name] }], Uint32Array.from(rows), seed);
    return {
      questions: n,
      "recall@1": figure("recall@1"),
      "recall@10": figure("recall@10"),
      mrr: figure("mrr"),
    };
  };
  const mapped = applyAdapter(adapter, asked, { side: "query", embedder: null });
  const known = fittedOn === undefined ? null : knownRows(index, fittedOn);
  const unseen =
    known === null ? [] : relevant.map((rows) => (rows.some((row) => known.has(row)) ? [] : rows));
  return {
    bridge: await search(mapped, index),
    unseen: unseen.some((rows) => rows.length > 0) ? await search(mapped, index, unseen) : null,
    oldModel:
      oldQueries === undefined
        ? null
        : await search(likeRows(oldQueries, asked, `${place} oldQueries`), index),
    newModel:
      newPassages === undefined
        ? null
        : await search(asked, likeRows(newPassages, index, `${place} newPassages`)),
  };
}

function checkColumns(matrix: Matrix, dimensions: number, place: string, which: string): void {
  if (matrix.cols !== dimensions) {
    refuse(place, `of the ${dimensions} dimensions ${which}`, matrix.cols);
  }
}

/** Vectors of the same texts by the other model. */
function likeRows(vectors: Vectors, others: Matrix, place: string): Matrix {
  const rows = unitRows(vectors, place);
  if (rows.rows !== others.rows) refuse(place, `of ${others.rows} rows`, rows.rows);
  return rows;
}

/** Rows of the index that stand among the given vectors. */
function knownRows(index: Matrix, fittedOn: Vectors): ReadonlySet<number> {
  const fitted = unitRows(fittedOn, "judgeBridge: fittedOn");
  checkColumns(fitted, index.cols, "judgeBridge: fittedOn", "of passages");
  const first = equalRows(stackRows(fitted, index));
  const known = new Set<number>();
  for (let row = 0; row < index.rows; row++) {
    if (first[fitted.rows + row] < fitted.rows) known.add(row);
  }
  return known;
}
