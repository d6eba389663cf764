import type { AccuracyFigure } from "../pairs/thresholds/accuracy.js";
import { formatP, type Comparison } from "../compare/compare.js";
import type { ScoreEvaluation } from "../pairs/evaluate-scores.js";
import { zOfLevel } from "../statistics/intervals.js";
import type { Slice } from "../retrieval/slices.js";
import type { RetrievalFigures } from "../retrieval/summarize-ranked.js";
import type { Table } from "../../base/text-table.js";
import { formatThreshold } from "../pairs/thresholds/threshold.js";

/** How many digits a share is shown with. */
const digits = 3;

const share = (value: number | null): string => (value === null ? "-" : value.toFixed(digits));
const signed = (value: number): string => (value < 0 ? "" : "+") + value.toFixed(digits);

const accuracyWithInterval = ({ accuracy, standardError }: AccuracyFigure, level = 0.95): string =>
  `${share(accuracy)} ± ${share(zOfLevel(level) * standardError)}`;

/**
 * Scored pairs, a row per name (method, set, slice): the accuracy beside the base rate, and where its threshold comes
 * from. An accuracy whose threshold has seen the labels is marked with an asterisk.
 */
export function scoresTable(evaluations: Readonly<Record<string, ScoreEvaluation>>): Table {
  return {
    columns: [
      "",
      "n",
      "base rate",
      "accuracy",
      "threshold",
      "F1",
      "MCC",
      "ROC AUC",
      "avg prec",
      "d'",
    ],
    rows: Object.entries(evaluations).map(([name, evaluation]) => [
      name,
      String(evaluation.n),
      share(evaluation.baseRate),
      accuracyWithInterval(evaluation.accuracy) + (evaluation.thresholdFittedHere ? "*" : ""),
      formatThreshold(evaluation.threshold, { digits }),
      share(evaluation.report.positive.f1),
      share(evaluation.mcc),
      share(evaluation.rocAuc),
      share(evaluation.averagePrecision),
      evaluation.overlap === null ? "-" : evaluation.overlap.dPrime.toFixed(2),
    ]),
  };
}

/** The classification report of one evaluation, laid out as scikit-learn prints it. */
export function reportTable({ report }: Pick<ScoreEvaluation, "report">): Table {
  const rows = {
    "0": report.negative,
    "1": report.positive,
    "macro avg": report.macro,
    "weighted avg": report.weighted,
  };
  return {
    columns: ["", "precision", "recall", "F1", "support"],
    rows: [
      ...Object.entries(rows).map(([name, { precision, recall, f1, support }]) => [
        name,
        share(precision),
        share(recall),
        share(f1),
        String(support),
      ]),
      ["accuracy", "", "", share(report.accuracy), String(report.macro.support)],
    ],
  };
}

/**
 * Retrieval figures, a row per name.
 *
 * @param metrics Which figures, in order. @default all
 * @throws RangeError on a figure that an evaluation lacks.
 */
export function retrievalTable(
  evaluations: Readonly<Record<string, RetrievalFigures & { readonly n: number }>>,
  metrics?: readonly string[],
): Table {
  const entries = Object.entries(evaluations);
  const names = metrics ?? Object.keys(entries[0]?.[1].metrics ?? {});
  return {
    columns: ["", "n", ...names],
    rows: entries.map(([name, evaluation]) => [
      name,
      String(evaluation.n),
      ...names.map((metric) => {
        if (!Object.hasOwn(evaluation.metrics, metric)) {
          throw new RangeError(
            `retrievalTable: metrics must be figures of every evaluation, received "${metric}", which ${name} lacks`,
          );
        }
        return share(evaluation.metrics[metric]);
      }),
    ]),
  };
}

/** Before and after, a row per figure, with the interval of the difference and the verdict. */
export function comparisonTable(comparisons: readonly Comparison[]): Table {
  return {
    columns: ["", "before", "after", "difference", "interval", "p", "verdict"],
    rows: comparisons.map(({ metric, before, after, difference, interval, p, verdict }) => [
      metric,
      share(before),
      share(after),
      signed(difference),
      `${signed(interval[0])} to ${signed(interval[1])}`,
      formatP(p).replace("= ", ""),
      verdict,
    ]),
  };
}

/**
 * Slices of retrieval figures, a row per slice; small slices are marked "(small)".
 *
 * @param metrics Which figures, in order.
 */
export function slicesTable(
  slices: readonly Slice<Readonly<Record<string, number>>>[],
  metrics: readonly string[],
): Table {
  return {
    columns: ["slice", "n", ...metrics],
    rows: slices.map(({ key, n, small, figures }) => [
      `${key}${small ? " (small)" : ""}`,
      String(n),
      ...metrics.map((metric) => share(figures[metric])),
    ]),
  };
}
