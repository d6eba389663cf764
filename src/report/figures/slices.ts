import { meanGain, meanOf } from "../../tune/verdict/units.js";
import type { GainOf, QuestionOutcome } from "../../tune/verdict/decision.js";

/** MRR of the questions that share a slice. */
export interface SliceFigures extends GainOf {
  readonly key: string;
  readonly questions: number;
}

/** Fewer questions than this have no interval worth printing. */
const fewestQuestions = 5;
const mostSlices = 15;

/**
 * MRR per slice, the largest slices first.
 *
 * @param keyOf Of a row of the table of queries; `null` where it is in none.
 * @returns `rest`: the slices that are not listed, because they are small or too many.
 */
export function slicesOf(
  questions: readonly QuestionOutcome[],
  keyOf: (row: number) => string | null,
): { slices: SliceFigures[]; rest: { slices: number; questions: number } } {
  const members = new Map<string, QuestionOutcome[]>();
  for (const question of questions) {
    const key = keyOf(question.row);
    if (key !== null) members.set(key, [...(members.get(key) ?? []), question]);
  }
  const sorted = [...members].sort(
    ([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : a > b ? 1 : 0),
  );
  const listed = sorted
    .filter(([, own]) => own.length >= fewestQuestions)
    .slice(0, mostSlices)
    .map(([key, own]) => ({ key, questions: own.length, ...gainOfSlice(own) }));
  const left = sorted.slice(listed.length).map(([, own]) => own.length);
  return {
    slices: listed,
    rest: { slices: left.length, questions: left.reduce((sum, n) => sum + n, 0) },
  };
}

function gainOfSlice(questions: readonly QuestionOutcome[]): GainOf {
  const before = Float64Array.from(questions, (question) => 1 / question.before);
  const after = Float64Array.from(questions, (question) => 1 / question.after);
  const each = Uint32Array.from(questions.keys());
  return { before: meanOf(before), after: meanOf(after), ...meanGain(before, after, each) };
}
