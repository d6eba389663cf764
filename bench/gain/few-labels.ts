import { neuralEmbedders, wordsEmbedder } from "../sets.js";
import type { BenchRow } from "../rows.js";
import type { FitResult, Sample } from "./cells.js";
import { mean, rounded, type Part, type PartSize } from "./part.js";
import type { Lookup } from "./run-cells.js";
import type { TestFigures } from "./test-figures.js";

const labelCounts = [30, 100, 300, "all"] as const;

const samples = ({ sets, draws }: PartSize): Sample[] =>
  sets.flatMap((set) =>
    (set === "words" ? [wordsEmbedder] : neuralEmbedders).flatMap((embedder) =>
      labelCounts.flatMap((labels) =>
        // All labels are the same whatever the draw.
        Array.from({ length: labels === "all" ? 1 : draws }, (_, i) => ({
          ...{ set, embedder, labels, draw: i + 1 },
        })),
      ),
    ),
  );

/** A cell with what the one call gave and what the fixed peers gave. */
interface Cell extends Sample {
  readonly fit: FitResult;
  readonly peers: Readonly<Record<string, TestFigures>>;
}

/** Table B: few labels and many, beside methods with fixed settings. */
export const fewLabels: Part = {
  jobs: (size) =>
    samples(size).flatMap((sample) => [
      { kind: "fit", ...sample },
      { kind: "peers", ...sample },
    ]),
  rows: (size, find) => {
    const cells = cellsOf(size, find);
    return [
      ...cells.map(cellRow),
      ...groupsOf(cells).map(([name, labels, group]) => meansRow(name, labels, group)),
      ...labelCounts.map((labels) =>
        forecastRow(
          String(labels),
          cells.filter((cell) => cell.labels === labels),
        ),
      ),
      forecastRow("together", cells),
    ];
  },
};

function cellsOf(size: PartSize, find: Lookup): Cell[] {
  return samples(size).map((sample) => ({
    ...sample,
    fit: find({ kind: "fit", ...sample }),
    peers: find({ kind: "peers", ...sample }).peers,
  }));
}

/** By embedder and together, for each number of labels. */
function groupsOf(cells: readonly Cell[]): (readonly [string, string, readonly Cell[]])[] {
  const embedders = [...new Set(cells.map(({ embedder }) => embedder))];
  return labelCounts.flatMap((labels) =>
    [...embedders, "together"].map((name) => {
      const group = cells.filter(
        (cell) => cell.labels === labels && (name === "together" || cell.embedder === name),
      );
      return [name, String(labels), group] as const;
    }),
  );
}

function cellRow({ set, embedder, labels, draw, fit, peers }: Cell): BenchRow {
  const figures = Object.entries(peers).map(([name, { mrr }]) => [name, rounded(mrr)]);
  return {
    table: "B: MRR on the test pairs by labels",
    ...{ set, embedder, labels, draw, verdict: fit.verdict },
    untouched: rounded(fit.untouched.mrr),
    best: rounded(fit.best.mrr),
    adapter: rounded(fit.handed.mrr),
    ...(Object.fromEntries(figures) as Record<string, number>),
    expected: rounded(fit.best.expected.gain),
    true: rounded(fit.best.gain),
    seconds: fit.seconds,
    method: `${fit.best.method} ${JSON.stringify(fit.best.parameters)}`,
  };
}

function meansRow(name: string, labels: string, cells: readonly Cell[]): BenchRow {
  const names = Object.keys(cells[0].peers);
  const means = names.map((peer) => mean(cells.map(({ peers }) => peers[peer].mrr)));
  const top = means.indexOf(Math.max(...means));
  const best = mean(cells.map(({ fit }) => fit.best.mrr));
  // Draws of labels from one set are one place: what a single draw does is luck.
  const places = [...new Set(cells.map(({ set, embedder: own }) => `${set}/${own}`))];
  const against = places.map((place) =>
    mean(
      cells
        .filter(({ set, embedder: own }) => `${set}/${own}` === place)
        .map(({ fit, peers }) => fit.best.mrr - peers[names[top]].mrr),
    ),
  );
  const worst = against.indexOf(Math.min(...against));
  const lost = mean(cells.map(({ fit }) => fit.handed.gain));
  return {
    table:
      "B: mean MRR; the best is at most .01 below the best peer on average and .025 in a place, the adapter loses at most .005",
    ...{ embedder: name, labels, cells: cells.length },
    untouched: rounded(mean(cells.map(({ fit }) => fit.untouched.mrr))),
    best: rounded(best),
    adapter: rounded(mean(cells.map(({ fit }) => fit.handed.mrr))),
    ...(Object.fromEntries(names.map((peer, i) => [peer, rounded(means[i])])) as Record<
      string,
      number
    >),
    "best less best peer": rounded(best - means[top]),
    "worst place": rounded(against[worst]),
    "which is": places[worst],
    "adapter gains": rounded(lost),
    met: best >= means[top] - 0.01 && against[worst] >= -0.025 && lost >= -0.005 ? "yes" : "no",
  };
}

/** How often the true gain is where the expected gain and both standard errors say. */
function forecastRow(labels: string, cells: readonly Cell[]): BenchRow {
  const differences = cells.map(({ fit: { best } }) => best.expected.gain - best.gain);
  const inside = cells.filter(({ fit: { best } }, i) => {
    const standardError = (best.expected.high - best.expected.low) / (2 * 1.96);
    return Math.abs(differences[i]) <= 1.96 * Math.hypot(standardError, best.standardError);
  }).length;
  return {
    table: "B: expected gain of the best against the true one; within both errors in 90 % of cells",
    labels,
    cells: cells.length,
    within: inside,
    share: rounded(inside / cells.length),
    "mean bias": rounded(mean(differences)),
    "mean distance": rounded(mean(differences.map(Math.abs))),
  };
}
