import { cleanText, type CleanTextOptions } from "./page/clean-text.js";
import { DataError, type Place } from "../data-error.js";
import { naturalText } from "./page/natural-text.js";
import type { PageText } from "./page/page-text.js";
import { passageKind } from "./page/passage-kind.js";
import type {
  Annotation,
  Candidate,
  LongAnswer,
  PassageKind,
  Question,
  ShortAnswer,
} from "../types.js";

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
 * Checks the spans and makes the record that users see. The answers' texts are cut out at once; those of the candidates
 * when they are first read, so that a page's hundreds of them cost nothing until someone asks.
 *
 * @throws DataError naming a span that is outside the page or contradicts another. Only a candidate that ends beyond
 *   the page is found later, when its text is read.
 */
export function createQuestion(
  raw: RawQuestion,
  place: Place,
  options: CleanTextOptions,
): Question {
  const { page, candidates: spans } = raw;
  const cut: CutText = (startToken, endToken) => {
    try {
      return cleanText(page, startToken, endToken, options);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new DataError(place, cause, { cause: error });
    }
  };
  const kindAt = (token: number): PassageKind => passageKind(page.slice(token, token + 1)[0]);
  const checkSpan = (start: number, end: number, what: () => string): void => {
    if (0 <= start && start < end) return;
    throw new DataError(
      place,
      `${what()} must be tokens with 0 <= start < end, received ${start} to ${end}`,
    );
  };
  if (spans !== null) {
    for (let i = 0; i < spans.startToken.length; i++) {
      checkSpan(spans.startToken[i], spans.endToken[i], () => `long_answer_candidates[${i}]`);
    }
  }

  const annotations = raw.annotations.map((annotation, k): Annotation => {
    const { startToken, endToken, candidateIndex, shortStarts, shortEnds, yesNo } = annotation;
    let longAnswer: LongAnswer | null = null;
    if (startToken >= 0 || candidateIndex >= 0) {
      checkSpan(startToken, endToken, () => `annotations[${k}].long_answer`);
      checkCandidate(annotation, spans, k, place);
      const text = cut(startToken, endToken); // first: it checks the span
      longAnswer = { candidateIndex, startToken, endToken, kind: kindAt(startToken), text };
    }
    const shortAnswers = shortStarts.map((start, j): ShortAnswer => {
      const end = shortEnds[j];
      checkSpan(start, end, () => `annotations[${k}].short_answers[${j}]`);
      return { startToken: start, endToken: end, text: cut(start, end) };
    });
    return { id: annotation.id, longAnswer, shortAnswers, yesNo };
  });

  const textOf = candidateTexts(raw, cut, options);
  return new LazyQuestion(raw, annotations, () => listCandidates(spans, textOf, kindAt));
}

function checkCandidate(
  { startToken, endToken, candidateIndex }: RawAnnotation,
  spans: RawQuestion["candidates"],
  k: number,
  place: Place,
): void {
  if (spans === null) return;
  const name = `annotations[${k}].long_answer`;
  const count = spans.startToken.length;
  if (candidateIndex < 0 || candidateIndex >= count) {
    throw new DataError(
      place,
      `${name}.candidate_index must be that of one of ${count} candidates, received ${candidateIndex}`,
    );
  }
  const start = spans.startToken[candidateIndex];
  const end = spans.endToken[candidateIndex];
  if (start !== startToken || end !== endToken) {
    throw new DataError(
      place,
      `${name} must be the tokens of candidate ${candidateIndex}, ${start} to ${end}, received ${startToken} to ${endToken}`,
    );
  }
}

type CutText = (startToken: number, endToken: number) => string;
type TextOf = (index: number, startToken: number, endToken: number) => string;

/** Tokens cut one passage at a time, per token of the page, before one pass over the page serves all candidates. */
const CUT_ALONE = 0.02;

/** The texts of candidates: whoever reads a few has those cut, whoever reads on has the page cleaned as a whole. */
function candidateTexts(
  { page, candidates: spans }: RawQuestion,
  cut: CutText,
  options: CleanTextOptions,
): TextOf {
  let texts: readonly (string | undefined)[] | null | undefined;
  let tokens = 0;
  let furthest = 0;
  return (index, startToken, endToken) => {
    if (texts === undefined && spans !== null) {
      if (furthest === 0)
        for (let i = 0; i < spans.endToken.length; i++)
          furthest = Math.max(furthest, spans.endToken[i]);
      tokens += endToken - startToken;
      if (tokens > CUT_ALONE * furthest) texts = page.passages?.(spans, options) ?? null;
    }
    const text = texts?.[index];
    if (text === undefined) return cut(startToken, endToken);
    return options.natural === true ? naturalText(text) : text;
  };
}

function listCandidates(
  spans: RawQuestion["candidates"],
  textOf: TextOf,
  kindAt: (token: number) => PassageKind,
): Candidate[] {
  if (spans === null) return [];
  const { startToken, endToken, topLevel } = spans;
  const candidates: Candidate[] = [];
  const reader = { textOf, kindAt };
  for (let i = 0; i < startToken.length; i++) {
    candidates.push(new LazyCandidate(i, startToken[i], endToken[i], Boolean(topLevel[i]), reader));
  }
  return candidates;
}

/**
 * With candidates that are listed when first asked for, yet an enumerable field of its own, so that copies and JSON have them.
 *
 * The getter is the same function for all: with a function of its own each object would get a hidden class of its own, which lies
 * among the old objects and keeps alive, through each collection of the young, all that the function reaches.
 */
class LazyQuestion implements Question {
  readonly id: string;
  readonly text: string;
  readonly title: string;
  readonly url: string;
  declare readonly candidates: readonly Candidate[];
  readonly annotations: readonly Annotation[];
  readonly #list: () => readonly Candidate[];
  #candidates: readonly Candidate[] | undefined;

  constructor(
    { id, text, title, url }: RawQuestion,
    annotations: readonly Annotation[],
    list: () => readonly Candidate[],
  ) {
    this.id = id;
    this.text = text;
    this.title = title;
    this.url = url;
    this.#list = list;
    Object.defineProperty(this, "candidates", LazyQuestion.#candidatesField);
    this.annotations = annotations;
  }

  static readonly #candidatesField = {
    enumerable: true,
    get(this: LazyQuestion): readonly Candidate[] {
      return (this.#candidates ??= this.#list());
    },
  };
}

/** What a page's candidates have in common. */
interface CandidateReader {
  readonly textOf: TextOf;
  readonly kindAt: (token: number) => PassageKind;
}

/**
 * With a kind and a text that are found when first read, yet fields as a question's candidates are.
 */
class LazyCandidate implements Candidate {
  readonly index: number;
  readonly startToken: number;
  readonly endToken: number;
  readonly topLevel: boolean;
  declare readonly kind: PassageKind;
  declare readonly text: string;
  readonly #reader: CandidateReader;
  #found: string | undefined;

  constructor(
    index: number,
    startToken: number,
    endToken: number,
    topLevel: boolean,
    reader: CandidateReader,
  ) {
    this.index = index;
    this.startToken = startToken;
    this.endToken = endToken;
    this.topLevel = topLevel;
    this.#reader = reader;
    Object.defineProperty(this, "kind", LazyCandidate.#kind);
    Object.defineProperty(this, "text", LazyCandidate.#text);
  }

  static readonly #kind = {
    enumerable: true,
    get(this: LazyCandidate): PassageKind {
      return this.#reader.kindAt(this.startToken);
    },
  };
  static readonly #text = {
    enumerable: true,
    get(this: LazyCandidate): string {
      return (this.#found ??= this.#reader.textOf(this.index, this.startToken, this.endToken));
    },
  };
}
