import { neuralEmbedders, wordsEmbedder } from "../sets.js";
import type { BenchRow } from "../rows.js";
import type { Job, NoiseResult } from "./cells.js";
import { mean, rounded, type Part, type PartSize } from "./part.js";
import { upperBoundOfShare } from "./upper-bound.js";

const labelCounts = [30, 100, 300];

/** The runs go through sets, embedders and label counts in turn, so that any number of them is spread over all. */
const shuffled = ({ runs, sets }: PartSize): (Job & { readonly kind: "shuffled" })[] => {
  const places = sets.flatMap((set) =>
    (set === "words" ? [wordsEmbedder] : neuralEmbedders).map((embedder) => ({ set, embedder })),
  );
  return Array.from({ length: runs }, (_, i) => ({
    kind: "shuffled",
    ...places[i % places.length],
    labels: labelCounts[Math.floor(i / places.length) % labelCounts.length],
    draw: i + 1,
  }));
};

const gaussian = ({ runs }: PartSize): (Job & { readonly kind: "gaussian" })[] =>
  Array.from({ length: runs }, (_, i) => ({ kind: "gaussian", draw: i + 1 }));

/** How often there is a verdict "use it" where there is nothing to find. */
export const noise: Part = {
  jobs: (size) => [...shuffled(size), ...gaussian(size)],
  rows: (size, find) => [
    row("labels shuffled", shuffled(size).map(find)),
    row("Gaussian vectors, 120 pairs × 64", gaussian(size).map(find)),
  ],
};

function row(what: string, results: readonly NoiseResult[]): BenchRow {
  const used = results.filter(({ verdict }) => verdict === "use it");
  return {
    table: 'noise: how often the verdict is "use it" where there is nothing to find (at most .05)',
    labels: what,
    runs: results.length,
    "use it": used.length,
    share: rounded(used.length / results.length),
    "95 % upper bound": rounded(upperBoundOfShare(used.length, results.length)),
    "mean expected gain": rounded(mean(results.map(({ expected }) => expected.gain))),
    "highest of use it":
      used.length === 0 ? "" : rounded(Math.max(...used.map((u) => u.expected.gain))),
    "seconds a run": mean(results.map(({ seconds }) => seconds)),
  };
}
