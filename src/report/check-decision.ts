import { checkChoice, checkInteger, checkNumber, refuse } from "../base/checks.js";
import type { NearestPassages } from "../tune/verdict/decision.js";
import { mapProjections, type ReportedDecision, type ReportOptions } from "./reported-decision.js";

/**
 * Refuses what would be shown wrong: a decision without its words, a question that is not among the texts or vectors, a
 * rank or cosine that is none.
 *
 * @throws RangeError naming the field.
 */
export function checkDecision(
  decision: ReportedDecision,
  { slices, title, projections = [] }: ReportOptions,
  caller: string,
): void {
  // Whoever calls from JavaScript may pass anything; a verdict without its words would be a blank.
  const { sentence, questions } = (decision ?? {}) as Partial<ReportedDecision>;
  if (typeof sentence !== "string" || sentence === "") {
    refuse(`${caller}: decision.sentence`, "a sentence", sentence);
  }
  if (!Array.isArray(questions)) refuse(`${caller}: decision.questions`, "a list", questions);
  if (title !== undefined && typeof title !== "string") {
    refuse(`${caller}: title`, "a text", title);
  }
  for (const [i, name] of projections.entries()) {
    checkChoice(name, `${caller}: projections[${i}]`, mapProjections);
  }
  const { texts, vectors } = decision;
  const queries = texts?.queries.length ?? vectors?.queries.rows ?? Infinity;
  const passages = texts?.passages.length ?? vectors?.passages.rows ?? Infinity;
  if (vectors !== undefined) {
    sameSize(vectors.queries.rows, queries, `${caller}: decision.vectors.queries`);
    sameSize(vectors.passages.rows, passages, `${caller}: decision.vectors.passages`);
  }
  if (slices !== undefined && queries !== Infinity) {
    sameSize(slices.length, queries, `${caller}: slices`);
  }
  for (const [i, { row, before, after, bestOfAll, nearest }] of decision.questions.entries()) {
    const place = `${caller}: decision.questions[${i}]`;
    checkRow(row, `${place}.row`, queries);
    for (const [name, rank] of Object.entries({ before, after, bestOfAll })) {
      checkInteger(rank, `${place}.${name}`, { least: 1 });
    }
    checkNearest(nearest.before, `${place}.nearest.before`, passages);
    checkNearest(nearest.after, `${place}.nearest.after`, passages);
  }
}

function checkNearest(
  { right, rightCosine, wrong, wrongCosine }: NearestPassages,
  place: string,
  passages: number,
): void {
  checkRow(right, `${place}.right`, passages);
  checkNumber(rightCosine, `${place}.rightCosine`);
  if (wrong === null) return;
  checkRow(wrong, `${place}.wrong`, passages);
  checkNumber(wrongCosine, `${place}.wrongCosine`);
}

function checkRow(row: number, place: string, rows: number): void {
  checkInteger(row, place, { least: 0, ...(rows === Infinity ? {} : { most: rows - 1 }) });
}

function sameSize(received: number, expected: number, place: string): void {
  if (received !== expected) refuse(place, `${expected} rows, one per text`, received);
}
