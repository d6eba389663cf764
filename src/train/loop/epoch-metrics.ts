import type { Adapter } from "../../adapter/adapter.js";
import { applySideWith } from "../../adapter/apply.js";
import { averagePrecision } from "../../evaluate/pairs/curves/average-precision.js";
import { evaluateRetrieval } from "../../evaluate/retrieval/retrieval.js";
import { rocAuc } from "../../evaluate/pairs/curves/roc.js";
import { fitThreshold } from "../../evaluate/pairs/thresholds/threshold.js";
import { gatherRows } from "../../math/matrix.js";
import type { ProductEngine } from "../../math/engines/product-engine.js";
import type { BatchSource } from "./batches.js";
import type { TrainingPairs } from "../../data/training-pairs.js";
import type { TrainingFigures, TrainingMetric } from "./history.js";
import type { Loss, LossBatch } from "../losses/loss.js";
import { evaluateWithCosines, scorePairs } from "../losses/pair-scores.js";

/** The figures that come from ranking, all of them at once. */
const rankingFigures = ["recall@1", "recall@10", "mrr", "ndcg@10"] as const;

/** A set of pairs that is measured again and again. */
export interface MeasuredSet {
  /** Rows of length 1. */
  readonly unit: TrainingPairs;
  readonly loss: Loss;
  /** The set's ranking batches; pair losses see the whole set at once. */
  readonly batches: BatchSource;
  readonly batchSize: number;
}

/** Measures an adapter, dropout off; unique rows are transformed once. */
export async function measureAdapter(
  adapter: Adapter,
  { unit, loss, batches, batchSize }: MeasuredSet,
  metrics: ReadonlySet<TrainingMetric>,
  engine: ProductEngine,
): Promise<TrainingFigures> {
  const all: LossBatch = {
    queries: await applySideWith(engine, adapter.query, unit.queries),
    passages: await applySideWith(engine, adapter.passage, unit.passages),
    pairs: unit.pairs,
  };
  const figures: Partial<Record<TrainingMetric, number>> = {};
  const labels = unit.pairs.label;
  let cosines: Float64Array;
  if (metrics.has("loss") && loss.batches === "pairs") {
    ({ value: figures.loss, cosines } = evaluateWithCosines(loss, all));
  } else {
    if (metrics.has("loss")) figures.loss = meanLoss(all, loss, batches, batchSize);
    ({ cosines } = scorePairs(all));
  }
  if (metrics.has("accuracy")) figures.accuracy = fitThreshold(cosines, labels).value;
  if (metrics.has("rocAuc")) figures.rocAuc = rocAuc(cosines, labels);
  if (metrics.has("averagePrecision")) figures.averagePrecision = averagePrecision(cosines, labels);
  if (rankingFigures.some((name) => metrics.has(name))) {
    const found = await evaluateRetrieval(all.queries, all.passages, matchesPerQuery(unit), {
      ks: [1, 10],
    });
    for (const name of rankingFigures) figures[name] = found.metrics[name];
  }
  return figures;
}

/** The loss over batches in the order of the data, weighted by their anchors. */
function meanLoss(
  { queries, passages }: LossBatch,
  loss: Loss,
  { count, plan }: BatchSource,
  batchSize: number,
): number {
  let sum = 0;
  for (let start = 0; start < count; start += batchSize) {
    const size = Math.min(batchSize, count - start);
    const batch = plan(Uint32Array.from({ length: size }, (_, i) => start + i));
    const value = loss.evaluate({
      queries: gatherRows(queries, batch.queryRows),
      passages: gatherRows(passages, batch.passageRows),
      pairs: batch.pairs,
      knownMatches: batch.knownMatches,
    });
    sum += value * size;
  }
  return sum / count;
}

function matchesPerQuery({ queries, pairs }: TrainingPairs): number[][] {
  const matches = Array.from({ length: queries.rows }, () => new Set<number>());
  for (const [i, label] of pairs.label.entries()) {
    if (label === 1) matches[pairs.query[i]].add(pairs.passage[i]);
  }
  return matches.map((passages) => [...passages]);
}
