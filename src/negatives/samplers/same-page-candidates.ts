import { intern } from "../../base/intern.js";
import { goldKey } from "../../data/text-identity.js";
import type { Question } from "../../data/types.js";
import { compareTexts } from "../compare-texts.js";
import { createDropCounter, type DropCounts } from "../drop-counts.js";
import { createAnswerGuard, shortAnswersOf } from "../guards/answer-guard.js";
import { createGoldGuard } from "../guards/gold-guard.js";
import { firstReason } from "../guards/negative-guard.js";
import { createOwnTextGuard, type FoldOption, type OwnTextReason } from "../guards/own-texts.js";
import { goldSpans, pageOf, spansOverlap } from "../natural-questions/gold.js";
import {
  checkMinAnnotators,
  positivePairs,
  type PositivePairsOptions,
} from "../natural-questions/positive-pairs.js";
import { checkLengths, lengthReason, type LengthOptions } from "../passage-length.js";

export interface SamePageCandidatesOptions extends LengthOptions, FoldOption {
  /** Leave out candidates that stand inside another candidate. @default false */
  readonly topLevelOnly?: boolean | undefined;
  /** Leave out candidates that hold one of the question's short answers. @default false */
  readonly excludeAnswers?: boolean | undefined;
  /** As in {@link PositivePairsOptions}: which questions count as answered. */
  readonly minAnnotators?: PositivePairsOptions["minAnnotators"];
}

/** Why a candidate of a gold page cannot serve as a negative. */
export type SamePageDrop =
  /** It shares a token with a passage that some annotator chose. */
  | "overlaps-gold"
  /** The first: it repeats or holds the text of such a passage, or repeats one that overlaps it. */
  | OwnTextReason
  /** It holds a short answer (`excludeAnswers`). */
  | "holds-answer"
  /** It stands inside another candidate (`topLevelOnly`). */
  | "nested"
  /** The query already has this text as a candidate. */
  | "duplicate"
  | "too-short"
  | "too-long";

/** The candidates of one query, as numbers of {@link SamePageCandidates.passages}. */
export interface SamePageEntry {
  /** Number of the query in {@link SamePageCandidates.queries}. */
  readonly query: number;
  readonly group: string;
  /** Positives the query has; negatives are drawn for each. */
  readonly positives: number;
  readonly passages: Uint32Array;
}

export interface SamePageCandidates {
  /** Distinct queries that have a positive: the texts to embed as queries. */
  readonly queries: readonly string[];
  /** Distinct passages that could be negatives: the texts to embed as passages. */
  readonly passages: readonly string[];
  readonly entries: readonly SamePageEntry[];
  readonly drops: DropCounts<SamePageDrop>;
}

interface AnsweredQuery {
  readonly query: string;
  readonly group: string;
  readonly positives: number;
  /** The records that ask this question; usually one. */
  readonly records: Question[];
}

/**
 * Collects, for every answered question, the candidates of its page that are certainly not marked as an answer: none
 * that overlaps, contains or stands inside a passage chosen by *any* annotator, nor repeats its text. The result lists
 * each text once, to be embedded once; `sampleSamePageNegatives` then chooses among them.
 *
 * @throws RangeError when an option is out of range.
 */
export function samePageCandidates(
  questions: Iterable<Question>,
  {
    topLevelOnly = false,
    excludeAnswers = false,
    fold = true,
    minAnnotators,
    minLength = 1,
    maxLength = Infinity,
  }: SamePageCandidatesOptions = {},
): SamePageCandidates {
  checkLengths(minLength, maxLength, "samePageCandidates");
  checkMinAnnotators(minAnnotators, "samePageCandidates");
  const drops = createDropCounter<SamePageDrop>();
  const all = [...questions];
  const answered = answeredQueries(all, minAnnotators);
  // One query's candidates after the other's; query i has those up to ends[i].
  const texts: string[] = [];
  const ends: number[] = [];
  const marked = answered.map(({ query, group, records }) => ({
    ...{ query, group, groups: new Set<string>() },
    texts: new Map(records.flatMap(goldSpans).map(({ text }) => [goldKey(text), text])),
  }));
  const guard = createOwnTextGuard(marked, fold);
  // The question may have been asked twice on one page, in two spellings, one of them with too few annotators for a positive: what
  // overlaps in either record is refused in both.
  const overlaps = createGoldGuard(all, { fold });
  for (const [i, { query, records }] of answered.entries()) {
    const repeats = guard.of(marked[i]);
    const guards = excludeAnswers ? [createAnswerGuard(shortAnswersOf(records))] : [];
    const taken = new Set<string>();
    for (const record of records) {
      const spans = goldSpans(record);
      for (const candidate of record.candidates) {
        const key = guard.keyOf(candidate.text);
        const reason =
          (topLevelOnly && !candidate.topLevel ? "nested" : null) ??
          lengthReason(candidate.text, minLength, maxLength) ??
          (spans.some((span) => spansOverlap(span, candidate)) ? "overlaps-gold" : null) ??
          repeats(candidate.text) ??
          (overlaps(query, candidate.text) === null ? null : "repeats-positive") ??
          (firstReason(guards, query, candidate.text) as "holds-answer" | null) ??
          (taken.has(key) ? "duplicate" : null);
        if (reason !== null) {
          drops.add(reason);
          continue;
        }
        taken.add(key);
        texts.push(candidate.text);
      }
    }
    ends.push(texts.length);
  }
  const { distinct, indices } = intern(texts);
  return {
    queries: answered.map(({ query }) => query),
    passages: distinct,
    entries: answered.map(({ group, positives }, i) => ({
      query: i,
      group,
      positives,
      passages: indices.slice(ends[i - 1] ?? 0, ends[i]),
    })),
    drops: drops.counts(),
  };
}

/** The questions that have a positive, equal questions as one. */
function answeredQueries(
  questions: Iterable<Question>,
  minAnnotators: number | undefined,
): AnsweredQuery[] {
  const byQuery = new Map<string, Question[]>();
  for (const question of questions) {
    const key = goldKey(question.text);
    const records = byQuery.get(key);
    if (records === undefined) byQuery.set(key, [question]);
    else records.push(question);
  }
  const result: AnsweredQuery[] = [];
  for (const records of byQuery.values()) {
    records.sort((a, b) => compareTexts(a.text, b.text) || compareTexts(a.id, b.id));
    const positives = positivePairs(records, { minAnnotators }).pairs;
    if (positives.length === 0) continue;
    const { query } = positives[0];
    result.push({ query, group: pageOf(records[0]), positives: positives.length, records });
  }
  return result;
}
