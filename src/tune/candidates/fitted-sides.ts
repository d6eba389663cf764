import type { AdapterSide } from "../../adapter/adapter.js";
import { applySide } from "../../adapter/apply.js";
import { rememberLast } from "../../fit/families/remember.js";
import type { Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { normalizeInPlace, normalizeRows } from "../../math/vectors.js";
import type { FittedCandidates, Sides } from "./candidate.js";

/** Fitted candidates that score by applying their maps. */
export function fittedSides(sides: (candidate: number) => Sides): FittedCandidates {
  return {
    sides,
    scorer(queries, passages) {
      // States of a run that leaves passages as they are have one map for them.
      const mappedPassages = rememberLast((side: AdapterSide) => mapped(side, passages));
      return (candidate) => {
        const { query, passage } = sides(candidate);
        return multiply(mapped(query, queries), mappedPassages(passage), { transposeB: true });
      };
    },
  };
}

function mapped(side: AdapterSide, rows: Matrix): Matrix {
  const result = applySide(side, rows);
  return result === rows ? normalizeRows(rows) : normalizeInPlace(result);
}
