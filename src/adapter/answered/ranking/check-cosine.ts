import { refuse } from "../../../base/checks.js";

/** A cosine passes 1 by what rounding makes of it, of half precision too; a distance or a product of long rows by more. */
const mostCosine = 1.001;

export function isCosine(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= mostCosine; // false for NaN
}

/** @throws RangeError unless the value is a cosine. */
export function checkCosine(value: unknown, place: string): asserts value is number {
  if (!isCosine(value)) refuse(place, "a cosine, from -1 to 1", value);
}
