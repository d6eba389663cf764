import type { Trial } from "../trials/trial.js";
import { formGrid, type Form } from "./form.js";

/** With more answered questions than this, only some maps carry forms: each has to map and search them all. */
const manyQuestions = 20_000;

/**
 * The forms to try on top of a candidate: of the untouched embedding, mild RCA, ridge and whatever was trained. The rest
 * is near one of these, and each map has to be applied to all answered questions.
 */
export function formsOn(
  { candidate, family, position }: Trial,
  questions: number,
): readonly Form[] {
  const last = position === family.candidates.length - 1;
  const trained = family.kind === "trained" && (questions <= manyQuestions || last);
  const { method, favourite } = candidate;
  const fixed = method === "identity" || method === "ridge" || favourite === true;
  return fixed || trained ? formGrid : [];
}
