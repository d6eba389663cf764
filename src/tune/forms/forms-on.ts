import type { Trial } from "../trials/trial.js";
import { formGrid, type Form } from "./form.js";

/** The last states of a run that carry forms, by the number of answered questions, all of which each has to map and search. */
const lastStates = (questions: number): number => {
  if (questions <= 2000) return Infinity;
  return questions <= 20_000 ? 2 : 1;
};

/**
 * The forms to try on top of a candidate: of the untouched embedding, mild RCA, ridge and whatever was trained. The rest
 * is near one of these, and each map has to be applied to all answered questions.
 */
export function formsOn(
  { candidate, family, position }: Trial,
  questions: number,
): readonly Form[] {
  const late = position >= family.candidates.length - lastStates(questions);
  const trained = family.kind === "trained" && late;
  const { method, favourite } = candidate;
  const fixed = method === "identity" || method === "ridge" || favourite === true;
  return fixed || trained ? formGrid : [];
}
