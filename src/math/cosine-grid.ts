/** Steps of the grid in 1: whole multiples of a step up to 4 have an exact single-precision number. */
const STEPS = 2 ** 22;

/** Half a step: what rounding moves a cosine by at most. */
export const HALF_STEP = 0.5 / STEPS;

/**
 * A cosine on the grid on which all that is ranked by cosines is compared: whole multiples of 2^-22. Parallel vectors of
 * different length have one cosine, but sums of rounded products differ in the last bits, by the length, the machine and
 * the order of summing; the grid makes such cosines equal. A tolerance could not: it is not transitive and cannot sort.
 */
export function roundCosine(cosine: number): number {
  return Math.round(cosine * STEPS) / STEPS + 0; // + 0: no -0
}
