/** What one can learn and judge from, as texts: the three shapes that people have. Plain data, from memory or from a reader. */

/** A question and a passage; more fields, such as a reader's `kind`, are passed over. */
export interface TextPair {
  readonly query: string;
  readonly passage: string;
  /** 1: the passage answers the question; 0: it does not. @default 1 */
  readonly label?: number | undefined;
  /** How good the answer is, above 0, for nDCG; of pairs labelled 1. @default 1 */
  readonly grade?: number | undefined;
  /** Pairs that must not be divided between learning and judging, e.g. a page or a user. */
  readonly group?: string | undefined;
}

/** A passage of the corpus. Its text is the title, where there is one, a blank and the text, as BEIR's own models read it. */
export type CorpusText =
  | string
  | {
      readonly id?: string | undefined;
      readonly title?: string | undefined;
      readonly text: string;
    };

/** A question with an id. */
export interface QueryText {
  readonly id: string;
  readonly text: string;
}

/** A judgement: whether, and how well, a passage answers a question. */
export interface RelevanceJudgement {
  readonly queryId: string;
  readonly passageId: string;
  /** 0: judged and not relevant; above 0: relevant, the grade. */
  readonly score: number;
  /** As of a {@link TextPair}: what must not be divided between learning and judging. */
  readonly group?: string | undefined;
}

type Sequence<T> = Iterable<T> | AsyncIterable<T>;

/** Pairs, and the passages to search beside those that pairs name. */
export interface PairedTexts {
  readonly pairs: Sequence<TextPair>;
  readonly corpus?: Sequence<CorpusText> | undefined;
}

/** Labelled questions against a corpus, BEIR's shape. Passages need an id here. */
export interface JudgedTexts {
  readonly queries: Sequence<QueryText>;
  readonly corpus: Sequence<CorpusText>;
  readonly qrels: Sequence<RelevanceJudgement>;
}

/** A corpus alone: nothing can be judged. */
export interface CorpusTexts {
  readonly corpus: Sequence<CorpusText>;
}

/** What `tune` takes. */
export type TuningData = Sequence<TextPair> | PairedTexts | JudgedTexts | CorpusTexts;
