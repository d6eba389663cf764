import { applySide } from "../../adapter/apply.js";
import { checkInteger, refuse } from "../../base/checks.js";
import { createMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { normalizeRows } from "../../math/vectors.js";
import type { Sides } from "../candidates/candidate.js";
import { createOutcomeReader, type JudgedQuestion } from "../ranking/outcomes.js";
import type { CorpusRanker } from "../ranking/whole-corpus.js";

/** Passages worth comparing with each question: an approximate index over the corpus. */
export interface CandidateSearch {
  /** What finds them, as the judgement's sentence names it, e.g. `"usearch"`. */
  readonly name: string;
  /** Passages for each question. */
  readonly count: number;
  /**
   * Per query, rows of the corpus: `count` of those that are near to it.
   *
   * @param queries Vectors of length 1, mapped as the passages are.
   * @param under Which vectors of the passages are meant.
   */
  find(
    queries: Matrix,
    under: "untouched" | "adapted",
  ): Promise<readonly ArrayLike<number>[]> | readonly ArrayLike<number>[];
}

/** @throws RangeError unless the search has a name and a count. */
export function checkCandidates(search: CandidateSearch, caller: string): void {
  checkInteger(search.count, `${caller}: candidates.count`, { least: 1 });
  if (typeof search.name !== "string" || search.name === "") {
    refuse(`${caller}: candidates.name`, "the name of what finds them", search.name);
  }
}

/**
 * Ranks questions against their candidates alone. Their cosines, and those of the right passages, are exact; whatever the search
 * did not find counts as if it stood behind the right passages.
 *
 * @param found Per question, rows of the corpus.
 */
export function createCandidateRanker(
  { passage }: Pick<Sides, "passage">,
  asked: Matrix,
  questions: readonly JudgedQuestion[],
  relevantOf: (rows: readonly number[]) => Matrix,
  found: readonly ArrayLike<number>[],
): CorpusRanker {
  const questionsOfRow = new Map<number, number[]>();
  for (const [i, { random, labelledWrong }] of questions.entries()) {
    for (const row of new Set([...Array.from(found[i]), ...random, ...labelledWrong])) {
      const own = questionsOfRow.get(row);
      if (own === undefined) questionsOfRow.set(row, [i]);
      else own.push(i);
    }
  }
  const wanted = Uint32Array.from(questionsOfRow.keys()).sort();
  const readers = questions.map((question, i) => {
    const matches = normalizeRows(applySide(passage, relevantOf(question.relevant)));
    const one = gatherRows(asked, [i]);
    // By the same product as the candidates below: equal cosines stay equal to the bit.
    const cosines = multiply(one, matches, { transposeB: true }).data;
    return createOutcomeReader([question], [cosines]);
  });
  let next = 0;
  return {
    add(block, start) {
      const here: number[] = [];
      for (; next < wanted.length && wanted[next] < start + block.rows; next++) {
        here.push(wanted[next]);
      }
      if (here.length === 0) return;
      const rows = here.map((row) => row - start);
      const mapped = normalizeRows(applySide(passage, gatherRows(block, rows)));
      for (const [at, row] of here.entries()) {
        const asking = questionsOfRow.get(row)!;
        const cosines = multiply(gatherRows(asked, asking), gatherRows(mapped, [at]), {
          transposeB: true,
        }).data;
        for (const [j, i] of asking.entries()) {
          readers[i].add(createMatrix(1, 1, cosines.subarray(j, j + 1)), row);
        }
      }
    },
    finish(outcomes, places) {
      for (const [i, reader] of readers.entries()) reader.finish(outcomes, [places[i]]);
    },
  };
}

/** Asks the search. @throws RangeError unless it gives rows of the corpus for each question. */
export async function findCandidates(
  search: CandidateSearch,
  queries: Matrix,
  under: "untouched" | "adapted",
  passages: number,
  caller: string,
): Promise<readonly ArrayLike<number>[]> {
  const found = await search.find(queries, under);
  const place = `${caller}: candidates.find`;
  if (found.length !== queries.rows) {
    refuse(place, `rows for each of ${queries.rows} queries`, found.length);
  }
  for (const [i, rows] of found.entries()) {
    for (let j = 0; j < rows.length; j++) {
      checkInteger(rows[j], `${place}: query ${i}`, { least: 0, most: passages - 1 });
    }
  }
  return found;
}
