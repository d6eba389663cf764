import type { LabelledCorpus } from "../claims/labelled-corpus.js";

/** Below this share of the questions, copies can make little of a gain. */
const leastShare = 0.05;

/**
 * How many questions have beside their right passage another of the corpus that nearly equals it and answers no question, as
 * when pairs hold passages that are not quite the corpus's: an adapter that learns to tell the copies apart looks like a gain.
 * 0 where these are fewer than one in twenty.
 */
export function questionsWithCopies(
  { passageTwin, relevant }: Pick<LabelledCorpus, "passageTwin" | "relevant">,
  questions: ArrayLike<number>,
): number {
  // Passages of one template, each with questions of its own, are rivals as they should be.
  const named = new Set(relevant.flat());
  const copied = new Set(passageTwin.filter((_, row) => !named.has(row)));
  let found = 0;
  for (let i = 0; i < questions.length; i++) {
    if (relevant[questions[i]].some((row) => copied.has(passageTwin[row]))) found++;
  }
  return found < leastShare * questions.length ? 0 : found;
}
