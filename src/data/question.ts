import { cleanText, type CleanTextOptions } from "./clean-text.js";
import { DataError, show, type Place } from "./data-error.js";
import type { PageText } from "./page-text.js";
import type { Annotation, Candidate, LongAnswer, Question, ShortAnswer } from "./types.js";

/** An annotation as the formats store it. */
export interface RawAnnotation {
  readonly id: string;
  readonly startToken: number;
  readonly endToken: number;
  readonly candidateIndex: number;
  readonly shortStarts: readonly number[];
  readonly shortEnds: readonly number[];
  readonly yesNo: "YES" | "NO" | "NONE";
}

/** A question as the formats store it: spans as columns, the page as tokens. */
export interface RawQuestion {
  readonly id: string;
  readonly text: string;
  readonly title: string;
  readonly url: string;
  readonly page: PageText;
  /** Candidate spans; `null` where the file leaves the candidates out. */
  readonly candidates: {
    readonly startToken: ArrayLike<number>;
    readonly endToken: ArrayLike<number>;
    readonly topLevel: ArrayLike<unknown>;
  } | null;
  readonly annotations: readonly RawAnnotation[];
}

/**
 * Checks every span against the page and makes the record that users see. Texts are cut out when they are first
 * read, so that a page's hundreds of candidates cost nothing until someone asks.
 *
 * @throws DataError naming the first span that is outside the page or contradicts another.
 */
export function createQuestion(
  raw: RawQuestion,
  place: Place,
  options: CleanTextOptions,
): Question {
  const { page, candidates: spans } = raw;
  const count = page.count;
  const checkSpan = (start: number, end: number, what: () => string): void => {
    if (!(
      Number.isInteger(start) &&
      Number.isInteger(end) &&
      0 <= start &&
      start < end &&
      end <= count
    )) {
      throw new DataError(
        place,
        `${what()} spans tokens ${show(start)} to ${show(end)}, expected 0 <= start < end <= ${count}`,
      );
    }
  };
  if (spans !== null) {
    for (let i = 0; i < spans.startToken.length; i++) {
      checkSpan(spans.startToken[i], spans.endToken[i], () => `candidate ${i}`);
    }
  }
  const text = ({ startToken, endToken }: { startToken: number; endToken: number }): string =>
    cleanText(page, startToken, endToken, options);

  const annotations = raw.annotations.map((annotation, k): Annotation => {
    const { id, startToken, endToken, candidateIndex, shortStarts, shortEnds, yesNo } = annotation;
    let longAnswer: LongAnswer | null = null;
    if (startToken >= 0 || candidateIndex >= 0) {
      checkSpan(startToken, endToken, () => `annotation ${k}: the long answer`);
      checkCandidate(annotation, spans, k, place);
      longAnswer = lazyText({ candidateIndex, startToken, endToken }, text);
    }
    const shortAnswers = shortStarts.map((start, j): ShortAnswer => {
      checkSpan(start, shortEnds[j], () => `annotation ${k}: short answer ${j}`);
      return lazyText({ startToken: start, endToken: shortEnds[j] }, text);
    });
    return { id, longAnswer, shortAnswers, yesNo };
  });

  let candidates: readonly Candidate[] | undefined;
  return {
    id: raw.id,
    text: raw.text,
    title: raw.title,
    url: raw.url,
    get candidates() {
      candidates ??= listCandidates(spans, text);
      return candidates;
    },
    annotations,
  };
}

function checkCandidate(
  { startToken, endToken, candidateIndex }: RawAnnotation,
  spans: RawQuestion["candidates"],
  k: number,
  place: Place,
): void {
  if (spans === null) return;
  const name = `annotation ${k}: candidate_index ${show(candidateIndex)}`;
  if (!(
    Number.isInteger(candidateIndex) &&
    candidateIndex >= 0 &&
    candidateIndex < spans.startToken.length
  )) {
    throw new DataError(place, `${name} names none of the ${spans.startToken.length} candidates`);
  }
  const start = spans.startToken[candidateIndex];
  const end = spans.endToken[candidateIndex];
  if (start !== startToken || end !== endToken) {
    throw new DataError(
      place,
      `${name} spans tokens ${start} to ${end}, but the long answer ${startToken} to ${endToken}`,
    );
  }
}

function listCandidates(
  spans: RawQuestion["candidates"],
  text: (span: { startToken: number; endToken: number }) => string,
): Candidate[] {
  if (spans === null) return [];
  return Array.from(spans.startToken, (startToken, index) =>
    lazyText(
      {
        index,
        startToken,
        endToken: spans.endToken[index],
        topLevel: Boolean(spans.topLevel[index]),
      },
      text,
    ),
  );
}

/** Adds `text`, cut out when first read; enumerable, so that copies and JSON have it. */
function lazyText<T extends { startToken: number; endToken: number }>(
  span: T,
  cut: (span: T) => string,
): T & { readonly text: string } {
  let text: string | undefined;
  return Object.defineProperty(span, "text", {
    enumerable: true,
    get: () => (text ??= cut(span)),
  }) as T & { readonly text: string };
}
