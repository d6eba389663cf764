import {
  applyAdapter,
  evaluateRetrieval,
  fitThreshold,
  pairCosines,
  type Adapter,
  type Matrix,
} from "embedtune";
import { accuracyAtThreshold, rocAuc } from "embedtune/evaluate";
import { setNames, type SetName, type SideData } from "./nq-task.js";

/** The figures of one method on one set; all on the test side. */
export interface MethodRow {
  readonly name: string;
  readonly set: SetName;
  readonly accuracy: number;
  readonly standardError: number;
  /** Half the width of the 95 % interval. */
  readonly interval: number;
  readonly baseRate: number;
  readonly pairs: number;
  readonly threshold: number;
  readonly thresholdFrom: string;
  readonly rocAuc: number;
  readonly "recall@1": number;
  readonly "recall@10": number;
  readonly mrr: number;
  /** Time of the fit. */
  readonly seconds: number;
}

/** A method measured on the test side. */
export interface MeasuredMethod {
  readonly name: string;
  readonly rows: readonly MethodRow[];
  /** Per query, the rank of its first right passage in the corpus. */
  readonly ranks: readonly number[];
}

/**
 * Measures an adapter on the test side. The threshold comes from the validation side: on the training side a fitted
 * adapter's cosines are better than they will ever be again, and on the test side it would be fitted to its own exam.
 */
export async function measureMethod(
  name: string,
  adapter: Adapter,
  { validation, test }: { validation: SideData; test: SideData },
  seconds: number,
): Promise<MeasuredMethod> {
  const apply = (side: "query" | "passage", vectors: Matrix): Matrix =>
    applyAdapter(adapter, vectors, { side, embedder: null });
  const validationQueries = apply("query", validation.queries);
  const validationPassages = apply("passage", validation.passages);
  const queries = apply("query", test.queries);
  const passages = apply("passage", test.passages);
  const corpus = apply("passage", test.corpus.vectors);
  const retrieval = await evaluateRetrieval(queries, corpus, test.corpus.relevant, { ks: [1, 10] });
  const rows = setNames.map((set): MethodRow => {
    const fitted = fitThreshold(
      pairCosines(validationQueries, validationPassages, validation.sets[set]),
      validation.sets[set].label,
    );
    const { label } = test.sets[set];
    const cosines = pairCosines(queries, passages, test.sets[set]);
    const figure = accuracyAtThreshold(cosines, label, fitted.threshold);
    return {
      name,
      set,
      accuracy: figure.accuracy,
      standardError: figure.standardError,
      interval: 1.96 * figure.standardError,
      baseRate: figure.baseRate,
      pairs: figure.n,
      threshold: fitted.threshold,
      thresholdFrom: "validation",
      rocAuc: rocAuc(cosines, label),
      "recall@1": retrieval.metrics["recall@1"],
      "recall@10": retrieval.metrics["recall@10"],
      mrr: retrieval.metrics.mrr,
      seconds,
    };
  });
  return {
    name,
    rows,
    ranks: retrieval.ranks.map((ranks) => ranks[0]),
  };
}
