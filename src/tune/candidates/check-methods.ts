import { checkChoice, refuse } from "../../base/checks.js";
import type { LabelledCorpus } from "../claims/labelled-corpus.js";
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

/** @throws RangeError on a method that needs pairs labelled 0 where there are none. */
export function checkNegatives(
  methods: readonly MethodName[],
  { negatives }: Pick<LabelledCorpus, "negatives">,
  caller: string,
): void {
  if (negatives.query.length > 0) return;
  for (const [i, name] of methods.entries()) {
    if (!learnsFromNegatives(name)) continue;
    refuse(`${caller}: candidates[${i}]`, "a method that needs no pairs labelled 0", name);
  }
}
