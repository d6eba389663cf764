import { DataError } from "../../data/data-error.js";
import { sourceName } from "../../data/sources/open-source.js";
import { formatTerminalTable } from "../../base/text-table.js";
import { evaluateScores } from "../../evaluate/pairs/evaluate-scores.js";
import { fitThreshold, formatThreshold } from "../../evaluate/pairs/thresholds/threshold.js";
import { zOfLevel } from "../../evaluate/statistics/intervals.js";
import { reportTable } from "../../evaluate/tables/tables.js";
import { toPlain } from "../../evaluate/tables/to-plain.js";
import { sniff } from "../../data/vector-files/sniff.js";
import type { CommandIo } from "../io.js";
import { readScores } from "./read-scores.js";

/** What scored pairs are worth: figures at a threshold, fitted on another file where one is named. */
export async function evaluatePairs(
  file: string,
  {
    fit,
    level,
    json,
  }: {
    readonly fit?: string | undefined;
    readonly level: number;
    readonly json?: boolean | undefined;
  },
  io: CommandIo,
): Promise<void> {
  const { signal } = io;
  const { head, source } = await sniff(file, signal);
  if (!/^\uFEFF?\s*\{/.test(new TextDecoder("utf-8", { ignoreBOM: true }).decode(head))) {
    throw new DataError(
      { source: sourceName(source) },
      'this must be scored pairs, lines of {"score": number, "label": 0 or 1}, received another format; a TREC run needs --qrels',
    );
  }
  const { scores, labels } = await readScores(source, { signal });
  let threshold: number | undefined;
  if (fit !== undefined) {
    const other = await readScores(fit, { signal });
    threshold = fitThreshold(other.scores, other.labels).threshold;
  }
  const { accuracy, notebook, oracle, ...rest } = evaluateScores(scores, labels, {
    threshold,
    level,
  });
  const result = {
    file,
    thresholdFittedOn: fit ?? file,
    // Figures at the tie-safe threshold; the notebook's are under its name.
    accuracy: accuracy.accuracy,
    standardError: accuracy.standardError,
    ...rest,
    tieSafe: accuracy,
    notebook,
    bestThresholdOnTheseScores: oracle,
  };
  if (json) return io.print(`${JSON.stringify(toPlain(result), undefined, 2)}\n`);

  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const figure = (value: number | null): string => (value === null ? "-" : value.toFixed(4));
  const { overlap } = result;
  const rows: readonly [string, string][] = [
    ["pairs", `${result.n} (${result.positives} of label 1)`],
    ["base rate", percent(result.baseRate)],
    [
      "accuracy, tie-safe threshold",
      `${percent(accuracy.accuracy)} ± ${percent(zOfLevel(level) * accuracy.standardError)} at ${formatThreshold(accuracy.threshold)}`,
    ],
    [
      "accuracy, notebook's sweep",
      `${percent(notebook.accuracy)} ± ${percent(notebook.margin)} at ${notebook.threshold}`,
    ],
    ["ROC AUC", figure(result.rocAuc)],
    ["average precision", figure(result.averagePrecision)],
    [
      "MCC",
      `${figure(result.mcc)} at ${formatThreshold(accuracy.threshold)}, at best ${figure(result.bestMcc.value)} at ${formatThreshold(result.bestMcc.threshold)}`,
    ],
    ["overlap, d'", `${figure(overlap?.coefficient ?? null)}, ${figure(overlap?.dPrime ?? null)}`],
  ];
  for (const [name, value] of rows) await io.print(`${name.padEnd(30)}${value}\n`);
  await io.print(`\n${formatTerminalTable(reportTable(result))}`);
  await io.print(
    fit === undefined
      ? "Both thresholds were fitted on these very scores, which flatters; --fit OTHER.jsonl fits elsewhere.\n"
      : `The tie-safe threshold was fitted on ${fit}; the notebook's sweep always sees these scores.\n`,
  );
}
