import type { Adapter } from "../adapter/adapter.js";
import { applySide } from "../adapter/apply.js";
import { createAdapter } from "../adapter/create-adapter.js";
import { checkInteger } from "../base/checks.js";
import { trainingFingerprint } from "../data/training-fingerprint.js";
import { preparePairs, type TrainingPairs } from "../data/training-pairs.js";
import { gatherRows, identityMatrix, type Matrix } from "../math/matrix.js";
import { multiply } from "../math/multiply.js";
import type { ReductionOptions } from "./fit-lda.js";
import { resizeColumns, stackRows } from "./matrix-layout.js";
import { basisOfRows } from "./spectral/spectral-basis.js";

/**
 * The adapter followed by the k leading principal directions of what it makes of the training vectors: the same
 * comparison in fewer dimensions (pgvector's index stops at 2,000). A threshold, a calibration and figures that the adapter
 * carried are left out: they were those of the whole vectors.
 *
 * @param data Vectors of the adapter's input dimensions, and pairs; those labelled 0 play no part.
 * @returns An adapter from d to k dimensions.
 * @throws RangeError on pairs that cannot be learnt from, when k is not in [1, the adapter's output dimensions], and when
 *   the vectors are not of its input dimensions.
 */
export function reduceAdapter(
  adapter: Adapter,
  data: TrainingPairs,
  { dimensions }: Pick<ReductionOptions, "dimensions">,
): Adapter {
  const prepared = preparePairs(data, "reduceAdapter");
  const d = adapter.inputDimensions;
  if (prepared.queries.cols !== d) {
    throw new RangeError(
      `reduceAdapter: vectors must have ${d} dimensions like the adapter's, received ${prepared.queries.cols}`,
    );
  }
  checkInteger(dimensions, "reduceAdapter: dimensions", {
    least: 1,
    most: adapter.outputDimensions,
  });
  const { query, passage } = prepared.positives;
  const adapted = stackRows(
    applySide(adapter.query, gatherRows(prepared.queries, query)),
    applySide(adapter.passage, gatherRows(prepared.passages, passage)),
  );
  // Not centred: the cosine is about the origin, which must stay where it is.
  const leading = resizeColumns(basisOfRows(adapted).vectors, dimensions);
  const follow = (side: Adapter["query"]): Matrix =>
    multiply(applySide({ ...side, center: null }, identityMatrix(d)), leading);
  const weights = follow(adapter.query);
  const shared =
    adapter.query.weights === adapter.passage.weights &&
    (adapter.query.lowRank ?? null) === (adapter.passage.lowRank ?? null);
  const { embedder, method, parameters } = adapter.metadata;
  return createAdapter({
    inputDimensions: d,
    query: { center: adapter.query.center, weights },
    passage: {
      center: adapter.passage.center,
      weights: shared ? weights : follow(adapter.passage),
    },
    embedder,
    method: `${method}+pca`,
    parameters: { ...parameters, dimensions },
    trainingData: trainingFingerprint(data),
  });
}
