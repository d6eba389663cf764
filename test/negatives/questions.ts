import type { Annotation, Candidate, Question, TokenSpan } from "../../src/data/types.js";

/** A page for tests: its tokens are `title-0`, `title-1`, …, and a candidate's text is its tokens joined by blanks. */
export function makeQuestion(
  text: string,
  title: string,
  spans: readonly (readonly [start: number, end: number])[],
  golds: readonly (number | null)[],
  {
    id = `${title}/${text}`,
    shortAnswers = [] as string[],
    texts = {} as Record<number, string>,
  } = {},
): Question {
  const textOf = ({ startToken, endToken }: TokenSpan, index: number): string =>
    texts[index] ??
    Array.from({ length: endToken - startToken }, (_, i) => `${title}-${startToken + i}`).join(" ");
  const candidates: Candidate[] = spans.map(([startToken, endToken], index) => ({
    index,
    startToken,
    endToken,
    topLevel: !spans.some(
      ([start, end], other) =>
        other !== index &&
        start <= startToken &&
        end >= endToken &&
        end - start > endToken - startToken,
    ),
    text: textOf({ startToken, endToken }, index),
  }));
  const annotations: Annotation[] = golds.map((gold, i) => ({
    id: `${id}/${i}`,
    longAnswer:
      gold === null
        ? null
        : {
            candidateIndex: gold,
            startToken: candidates[gold].startToken,
            endToken: candidates[gold].endToken,
            text: candidates[gold].text,
          },
    shortAnswers:
      gold === null
        ? []
        : shortAnswers.map((answer) => ({ startToken: 0, endToken: 1, text: answer })),
    yesNo: "NONE",
  }));
  return { id, text, title, url: `https://example.org/${title}`, candidates, annotations };
}

/** `count` spans of `length` tokens, one after the other from the start of the page. */
export function consecutiveSpans(count: number, length: number): [start: number, end: number][] {
  return Array.from({ length: count }, (_, i) => [i * length, (i + 1) * length]);
}

/** Ten pages of six paragraphs and a list with two items; the question of page i is answered by paragraph i mod 6. */
export function makeQuestions(pages = 10): Question[] {
  return Array.from({ length: pages }, (_, i) =>
    makeQuestion(
      `question ${i}`,
      `page${i}`,
      [...consecutiveSpans(6, 5), [30, 40], [31, 35], [35, 39]],
      [i % 6],
    ),
  );
}
