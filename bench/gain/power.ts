import type { BenchRow } from "../rows.js";
import type { Job } from "./cells.js";
import { rounded, type Part } from "./part.js";

const draws = [1, 2, 3, 4, 5];
const fits = (labels: number): (Job & { readonly kind: "fit" })[] =>
  draws.map((draw) => ({ kind: "fit", set: "clinc", embedder: "minilm", labels, draw }));

/** Whether a gain that is there is found. */
export const power: Part = {
  jobs: () => fits(300),
  rows: (_, find) => {
    const results = fits(300).map(find);
    const gains = results.map(({ best }) => best.gain);
    const found = results.filter(({ verdict }) => verdict === "use it").length;
    return [
      {
        table: "power: clinc, MiniLM, 300 labels",
        draws: draws.length,
        "use it": found,
        "true gains, MRR": gains.map((gain) => gain.toFixed(3)).join(", "),
        "expected gains": results.map(({ best }) => best.expected.gain.toFixed(3)).join(", "),
        met: found === draws.length && Math.min(...gains) >= 0.06 ? "yes" : "no",
      },
    ];
  },
};

const counts = [30, 60, 100, 200, 300];
/** Of the five draws. */
const most = 3;

/** How many labels are foretold to be needed, and how many are. */
export const needed: Part = {
  jobs: () => counts.flatMap(fits),
  rows: (_, find) => {
    const used = counts.map(
      (count) => fits(count).filter((job) => find(job).verdict === "use it").length,
    );
    const enough = counts.find((_, i) => used[i] >= most);
    const from30 = fits(30).map((job) => find(job).labelsNeeded);
    const known = from30.filter((n) => n !== null).sort((a, b) => a - b);
    const middle = known.length === 0 ? null : known[Math.floor((known.length - 1) / 2)];
    const factor = middle === null || enough === undefined ? null : middle / enough;
    const row: BenchRow = {
      table: "labelsNeeded: clinc, MiniLM, 5 draws",
      "use it at 30, 60, 100, 200, 300": used.join(", "),
      enough: enough ?? "more",
      "forecasts from 30": from30.map((n) => n ?? "null").join(", "),
      median: middle ?? "null",
      factor: factor === null ? "" : rounded(factor),
      met: factor !== null && factor >= 0.5 && factor <= 2 ? "yes" : "no",
    };
    return [row];
  },
};
