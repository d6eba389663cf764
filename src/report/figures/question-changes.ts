import type { QuestionOutcome } from "../../tune/verdict/decision.js";

export type Change = "won" | "lost" | "unchanged";

/** Whether the right passage stands nearer to the first place than before. */
export function changeOf({ before, after }: Pick<QuestionOutcome, "before" | "after">): Change {
  return after < before ? "won" : after > before ? "lost" : "unchanged";
}

export function countChanges(questions: readonly QuestionOutcome[]): Record<Change, number> {
  const counts = { won: 0, lost: 0, unchanged: 0 };
  for (const question of questions) counts[changeOf(question)]++;
  return counts;
}

/** What the change is worth: the difference of 1 / rank, which is the question's share of a gain in MRR. */
const worth = ({ before, after }: QuestionOutcome): number => 1 / after - 1 / before;

/** All questions, those that changed most first, whichever way; among equals in the order of their rows. */
export function byChange(questions: readonly QuestionOutcome[]): QuestionOutcome[] {
  return [...questions].sort(
    (a, b) =>
      Math.abs(worth(b)) - Math.abs(worth(a)) ||
      Math.abs(b.after - b.before) - Math.abs(a.after - a.before) ||
      a.row - b.row,
  );
}

/** All questions, those whose right passage stands furthest down first. */
export function byRank(questions: readonly QuestionOutcome[]): QuestionOutcome[] {
  return [...questions].sort((a, b) => b.before - a.before || a.row - b.row);
}

/** Ranks by how far down a reader has to look: the bounds of the classes, the last one open. */
export const rankClasses = [
  { least: 1, most: 1, title: "1" },
  { least: 2, most: 3, title: "2–3" },
  { least: 4, most: 10, title: "4–10" },
  { least: 11, most: 30, title: "11–30" },
  { least: 31, most: 100, title: "31–100" },
  { least: 101, most: Infinity, title: "> 100" },
] as const;

/** How many questions came from which class (row) into which (column). */
export function rankTransitions(questions: readonly QuestionOutcome[]): number[][] {
  const classOf = (rank: number): number => rankClasses.findIndex(({ most }) => rank <= most);
  const counts = rankClasses.map(() => rankClasses.map(() => 0));
  for (const { before, after } of questions) counts[classOf(before)][classOf(after)]++;
  return counts;
}
