import { discriminativeFamily } from "../../fit/families/discriminative-family.js";
import type { Family } from "../../fit/families/family.js";
import { procrustesFamily } from "../../fit/families/procrustes-family.js";
import { rcaFamily } from "../../fit/families/rca-family.js";
import { ridgeRcaFamily } from "../../fit/families/ridge-rca-family.js";
import { whiteningFamily } from "../../fit/families/whitening-family.js";
import { refinedRcaFamily } from "../../fit/refined/refined-rca-family.js";

const lambdas = [0.03, 0.1, 0.3, 1];
const powers = [0.25, 0.5];

/** Closed forms that are tried only when they are asked for by name; all of them change both sides. */
export const namedFamilies = {
  "blended-rca": () => rcaFamily({ lambdas, powers, blends: [1] }),
  "refined-rca": () =>
    refinedRcaFamily({
      starts: [
        { lambda: 0.01, power: 0.5, blend: 1, spread: 1.5 },
        { lambda: 1, power: 1, blend: 0, spread: 4 },
      ],
      steps: [6],
    }),
  "ridge-rca": () => ridgeRcaFamily({ mus: [3, 1, 0.3], lambdas, powers }),
  whitening: () => whiteningFamily({ lambdas, powers }),
  procrustes: () => procrustesFamily([0.1, 1]),
  discriminative: () => discriminativeFamily({ lambdas: [0.1, 0.3], gammas: [0.2, 0.4, 0.6] }),
} as const satisfies Record<string, () => Family>;

export type NamedFamily = keyof typeof namedFamilies;

/** Whether a method has nothing to learn without pairs labelled 0. */
export const learnsFromNegatives = (method: string): boolean => method === "discriminative";
