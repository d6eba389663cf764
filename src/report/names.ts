import type { ReportedDecision } from "./reported-decision.js";

/** How questions and passages are called on the page: by their texts, or by id or row number where texts stay out. */
export interface Names {
  /** Whether they are texts. */
  readonly areTexts: boolean;
  question(row: number): string;
  passage(row: number): string;
}

/** @param wanted Whether texts may stand on the page. */
export function namesOf({ texts }: Pick<ReportedDecision, "texts">, wanted: boolean): Names {
  if (texts !== undefined && wanted) {
    return {
      areTexts: true,
      question: (row) => texts.queries[row],
      passage: (row) => texts.passages[row],
    };
  }
  return {
    areTexts: false,
    question: (row) => texts?.queryIds?.[row] ?? `question ${row}`,
    passage: (row) => texts?.passageIds?.[row] ?? `passage ${row}`,
  };
}
