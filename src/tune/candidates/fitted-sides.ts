import { applySide } from "../../adapter/apply.js";
import { multiply } from "../../math/multiply.js";
import { normalizeRows } from "../../math/vectors.js";
import type { FittedCandidates, Sides } from "./candidate.js";

/** Fitted candidates that score by applying their maps. */
export function fittedSides(sides: (candidate: number) => Sides): FittedCandidates {
  return {
    sides,
    scorer: (queries, passages) => (candidate) => {
      const { query, passage } = sides(candidate);
      return multiply(
        normalizeRows(applySide(query, queries)),
        normalizeRows(applySide(passage, passages)),
        { transposeB: true },
      );
    },
  };
}
