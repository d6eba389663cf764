/**
 * What scored pairs are worth:
 *
 *   npx tsx examples/evaluate-scores.ts SCORES.jsonl [--fit OTHER.jsonl] [--json OUT.json]
 *
 * SCORES.jsonl (or .jsonl.gz) has a line per pair: {"score": 0.83, "label": 1}. The threshold is fitted on OTHER.jsonl
 * or, left out, on the same scores, which flatters and is said. Prints a table; --json writes all figures to a file.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { evaluateScores, fitThreshold } from "embedtune";
import { formatTerminalTable, formatThreshold, reportTable, toPlain } from "embedtune/evaluate";
import { runExample } from "./shared/cli.js";
import { readScores } from "./shared/read-scores.js";

await runExample(async (signal) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { fit: { type: "string" }, json: { type: "string" } },
  });
  if (positionals.length !== 1) {
    throw new Error(
      `usage: evaluate-scores SCORES.jsonl [--fit OTHER.jsonl] [--json OUT.json]; received ${positionals.length} files`,
    );
  }
  const [file] = positionals;
  const { scores, labels } = await readScores(file, { signal });
  let threshold: number | undefined;
  if (values.fit !== undefined) {
    const other = await readScores(values.fit, { signal });
    threshold = fitThreshold(other.scores, other.labels).threshold;
  }
  const { accuracy, notebook, oracle, ...rest } = evaluateScores(scores, labels, { threshold });

  const result = {
    file,
    thresholdFittedOn: values.fit ?? file,
    // Figures at the tie-safe threshold; the notebook's are under its name.
    accuracy: accuracy.accuracy,
    standardError: accuracy.standardError,
    ...rest,
    tieSafe: accuracy,
    notebook,
    bestThresholdOnTheseScores: oracle,
  };
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify(toPlain(result), undefined, 2)}\n`);
  }

  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const figure = (value: number | null): string => (value === null ? "-" : value.toFixed(4));
  const rows: [string, string][] = [
    ["pairs", `${result.n} (${result.positives} of label 1)`],
    ["base rate", percent(result.baseRate)],
    [
      "accuracy, tie-safe threshold",
      `${percent(accuracy.accuracy)} ± ${percent(1.96 * accuracy.standardError)} at ${formatThreshold(accuracy.threshold)}`,
    ],
    [
      "accuracy, notebook's sweep",
      `${percent(notebook.accuracy)} ± ${percent(notebook.margin)} at ${notebook.threshold}`,
    ],
    ["ROC AUC", figure(result.rocAuc)],
    ["average precision", figure(result.averagePrecision)],
    ["MCC", figure(result.mcc)],
    [
      "overlap, d'",
      `${figure(result.overlap?.coefficient ?? null)}, ${figure(result.overlap?.dPrime ?? null)}`,
    ],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(30)}${value}`);
  console.log(`\n${formatTerminalTable(reportTable(result))}`);
  console.log(
    values.fit === undefined
      ? "Both thresholds were fitted on these very scores, which flatters; --fit OTHER.jsonl fits elsewhere."
      : `The tie-safe threshold was fitted on ${values.fit}; the notebook's sweep always sees these scores.`,
  );
});
