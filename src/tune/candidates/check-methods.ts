import { checkChoice, refuse } from "../../base/checks.js";
import { defaultMethods, methodNames, type MethodName } from "./default-candidates.js";
import { learnsFromNegatives } from "./named-families.js";

/** @throws RangeError unless every method can be tried on the side that is asked for. */
export function checkMethods(
  methods: unknown,
  side: "both" | "query",
  caller: string,
): asserts methods is readonly MethodName[] {
  if (!Array.isArray(methods)) refuse(`${caller}: candidates`, "a list of methods", methods);
  for (const [i, name] of methods.entries()) {
    const place = `${caller}: candidates[${i}]`;
    if (side === "both") checkChoice(name, place, methodNames);
    else checkChoice(name, `${place}, with side "query",`, defaultMethods);
  }
}

/**
 * @param negatives How many pairs are labelled 0.
 * @throws RangeError on a method that needs some where there are none.
 */
export function checkNegatives(
  methods: readonly MethodName[],
  negatives: number,
  caller: string,
): void {
  if (negatives > 0) return;
  for (const [i, name] of methods.entries()) {
    if (!learnsFromNegatives(name)) continue;
    refuse(
      `${caller}: candidates[${i}]`,
      "a method that needs no pair labelled 0, for there is none",
      name,
    );
  }
}
