/** A run of tokens of a page; the end is exclusive. */
export interface TokenSpan {
  readonly startToken: number;
  readonly endToken: number;
}

/** What the tag that opens a passage makes of it. */
export type PassageKind = "paragraph" | "table" | "row" | "list" | "item" | "other";

/** One passage of a page that could hold the answer: a paragraph, table, table row, list or list item. */
export interface Candidate extends TokenSpan {
  /** Position in the page's list of candidates. */
  readonly index: number;
  /** False when another candidate of the page contains this one. */
  readonly topLevel: boolean;
  /** Readers always tell. */
  readonly kind?: PassageKind | undefined;
  /** Clean text: tags stripped, a table as lines of tab-separated cells. */
  readonly text: string;
}

/** The passage an annotator chose. */
export interface LongAnswer extends TokenSpan {
  readonly candidateIndex: number;
  /** Readers always tell. */
  readonly kind?: PassageKind | undefined;
  readonly text: string;
}

/** The few words an annotator chose inside the long answer. */
export interface ShortAnswer extends TokenSpan {
  readonly text: string;
}

export interface Annotation {
  /** Exact: ids exceed 2^53. */
  readonly id: string;
  /** `null` when the annotator found no answer on the page. */
  readonly longAnswer: LongAnswer | null;
  readonly shortAnswers: readonly ShortAnswer[];
  readonly yesNo: "YES" | "NO" | "NONE";
}

/** One Natural Questions example, whatever the format it came in. */
export interface Question {
  /** Exact: ids exceed 2^53. */
  readonly id: string;
  readonly text: string;
  readonly title: string;
  readonly url: string;
  readonly candidates: readonly Candidate[];
  /** One on train, five on dev. */
  readonly annotations: readonly Annotation[];
}

/** A question with a passage that answers it (label 1) or does not (label 0). */
export interface Pair {
  readonly query: string;
  readonly passage: string;
  readonly label: 0 | 1;
  /** What must stay on one side of a split: the page. */
  readonly group: string;
  /** How the pair came about: `"gold"`, `"weak"`, `"same-page"`, … */
  readonly kind: string;
}

/**
 * Pairs as index columns into tables of vectors (or texts): pair `i` joins row `query[i]` of the queries with row
 * `passage[i]` of the passages. Unique texts are embedded and transformed once, however many pairs they stand in.
 */
export interface PairColumns {
  readonly query: Uint32Array;
  readonly passage: Uint32Array;
  /** 1 for a match, 0 for none. */
  readonly label: Uint8Array;
  /** How well the passage of a match answers, > 0, where that is known: nDCG weighs by it. */
  readonly grade?: ArrayLike<number> | undefined;
}
