import { discriminativeFamily } from "../fit/families/discriminative-family.js";
import { identityFamily, type Family } from "../fit/families/family.js";
import { procrustesFamily } from "../fit/families/procrustes-family.js";
import { queryRcaFamily, rcaFamily } from "../fit/families/rca-family.js";
import { ridgeFamily } from "../fit/families/ridge-family.js";
import { ridgeRcaFamily } from "../fit/families/ridge-rca-family.js";
import { whiteningFamily } from "../fit/families/whitening-family.js";
import { refinedRcaFamily } from "../fit/refined/refined-rca-family.js";
import type { PreparedPairs } from "../data/training-pairs.js";

/** A method that {@link fitAdapter} can try. */
export type CandidateName =
  | "rca"
  | "refined-rca"
  | "ridge-rca"
  | "query-rca"
  | "ridge"
  | "whitening"
  | "procrustes"
  | "discriminative";

/** A family with what it costs, in decompositions of the size of the smaller of pairs and dimensions. */
export interface Candidate {
  readonly family: Family;
  readonly cost: number;
}

const grid = {
  lambdas: [0.01, 0.03, 0.1, 0.3, 1, 3],
  powers: [0.125, 0.25, 0.5, 0.75, 1],
};
const lambdas = [0.03, 0.1, 0.3, 1];
const blends = [0, 1];

/** @param full What a decomposition of the size of the dimensions costs. @param pairs Number of matching pairs. */
const create: Record<CandidateName, (full: number, pairs: number) => Candidate> = {
  rca: () => ({ family: rcaFamily({ ...grid, blends }), cost: 1 }),
  "query-rca": () => ({ family: queryRcaFamily({ ...grid, blends }), cost: 1 }),
  ridge: () => ({ family: ridgeFamily([0.1, 0.3, 1, 3, 10]), cost: 2 }),
  whitening: () => ({ family: whiteningFamily({ ...grid, lambdas }), cost: 2 }),
  "refined-rca": (_full, pairs) => ({
    family: refinedRcaFamily({
      // For dimensions well below the number of pairs, and for more dimensions than pairs (docs/experiments.md).
      starts: [
        { lambda: 0.01, power: 0.5, blend: 1, spread: 1.5 },
        { lambda: 1, power: 1, blend: 0, spread: 4 },
      ],
      steps: [6],
    }),
    // Every query meets every passage of its part in each step, and the winner is fitted once more when the budget is over.
    cost: 5 * Math.max(1, pairs / 1000) ** 2,
  }),
  "ridge-rca": () => ({
    family: ridgeRcaFamily({ mus: [3, 1, 0.3], lambdas, powers: [0.25, 0.5, 0.75, 1] }),
    cost: 4,
  }),
  procrustes: (full) => ({ family: procrustesFamily([0.1, 1]), cost: 6 * full }),
  discriminative: (full) => ({
    family: discriminativeFamily({ lambdas: [0.1, 0.3], gammas: [0.2, 0.4, 0.6] }),
    cost: 9 * full,
  }),
};

/** What is tried when the caller names nothing: what has won somewhere (docs/experiments.md). */
export function defaultCandidates(side: "both" | "query"): readonly CandidateName[] {
  return side === "query" ? ["query-rca", "ridge"] : ["rca", "refined-rca", "ridge-rca"];
}

/**
 * The families behind names, cheapest first, the untouched embedding before all.
 *
 * @throws RangeError when a name is unknown, changes the passages although only queries may change, or needs pairs
 *   with label 0 that are not there.
 */
export function candidatesByCost(
  names: readonly CandidateName[],
  side: "both" | "query",
  { queries, positives, negatives }: PreparedPairs,
): Candidate[] {
  const d = queries.cols;
  const full = (d / Math.min(d, positives.query.length)) ** 3;
  const candidates = names.map((name) => {
    if (!Object.hasOwn(create, name)) {
      throw new RangeError(
        `fitAdapter: candidate "${name}" is unknown, expected one of ${Object.keys(create).join(", ")}`,
      );
    }
    if (side === "query" && name !== "query-rca" && name !== "ridge") {
      throw new RangeError(`fitAdapter: candidate "${name}" changes passages, side is "query"`);
    }
    if (name === "discriminative" && negatives.query.length === 0) {
      throw new RangeError('fitAdapter: candidate "discriminative" needs pairs with label 0');
    }
    return create[name](full, positives.query.length);
  });
  candidates.sort((a, b) => a.cost - b.cost);
  return [{ family: identityFamily, cost: 0 }, ...candidates];
}
