/**
 * What scored pairs are worth: npx tsx examples/evaluate-scores.ts SCORES.jsonl [--json OUT.json]
 *
 * SCORES.jsonl (or .jsonl.gz) has a line per pair: {"score": 0.83, "label": 1}. Prints a table; --json writes the
 * figures to a file as well.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import {
  accuracyAtThreshold,
  averagePrecision,
  fitThreshold,
  formatThreshold,
  notebookThreshold,
  rocAuc,
} from "embedtune";
import { runExample } from "./shared/cli.js";
import { readScores } from "./shared/read-scores.js";

await runExample(async (signal) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "string" } },
  });
  if (positionals.length !== 1) {
    throw new Error(
      `usage: evaluate-scores SCORES.jsonl [--json OUT.json]; received ${positionals.length} files`,
    );
  }
  const [file] = positionals;
  const { scores, labels } = await readScores(file, { signal });

  const fit = fitThreshold(scores, labels);
  const best = accuracyAtThreshold(scores, labels, fit.threshold);
  const notebook = notebookThreshold(scores, labels);
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const result = {
    file,
    n: scores.length,
    positives,
    baseRate: best.baseRate,
    // Both thresholds were chosen on the scores they are judged on: the figures are optimistic.
    thresholdFittedOn: "the same scores",
    accuracy: best.accuracy,
    standardError: best.standardError,
    threshold: best.threshold,
    tieSafe: {
      threshold: best.threshold,
      accuracy: best.accuracy,
      standardError: best.standardError,
      interval: best.interval,
      wilsonInterval: best.wilsonInterval,
    },
    notebook: {
      threshold: notebook.threshold,
      accuracy: notebook.accuracy,
      standardError: notebook.standardError,
      margin: notebook.margin,
    },
    // Undefined, and so null, where a label does not occur.
    rocAuc: positives > 0 && positives < scores.length ? rocAuc(scores, labels) : null,
    averagePrecision: positives > 0 ? averagePrecision(scores, labels) : null,
  };
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify(result, undefined, 2)}\n`);
  }

  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const figure = (value: number | null): string => (value === null ? "-" : value.toFixed(4));
  const rows: [string, string][] = [
    ["pairs", `${result.n} (${positives} of label 1)`],
    ["base rate", percent(result.baseRate)],
    [
      "accuracy, tie-safe threshold",
      `${percent(best.accuracy)} ± ${percent(1.96 * best.standardError)} at ${formatThreshold(best.threshold)}`,
    ],
    [
      "accuracy, notebook's sweep",
      `${percent(notebook.accuracy)} ± ${percent(notebook.margin)} at ${notebook.threshold}`,
    ],
    ["ROC AUC", figure(result.rocAuc)],
    ["average precision", figure(result.averagePrecision)],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(30)}${value}`);
  console.log(
    "Both thresholds were fitted on these very scores; for an honest accuracy fit elsewhere.",
  );
});
