import type { Candidate, Pair, Question } from "../../data/types.js";
import { createRandom } from "../../base/random.js";
import { dot } from "../../math/vectors.js";
import { createDropCounter, type DropCounts } from "../drop-counts.js";
import { drawWithoutReplacement } from "./draw-without-replacement.js";
import { goldSpans, pageOf, spansOverlap, type GoldSpan } from "../natural-questions/gold.js";
import { answerGuard, firstReason, goldGuard, shortAnswersOf } from "../guards/negative-guard.js";
import { repeatsPositive } from "../known-positives.js";
import { checkInteger, checkLengths, lengthReason, type LengthOptions } from "../passage-length.js";
import { positivePairs, type PositivePairsOptions } from "../natural-questions/positive-pairs.js";
import type { SampledNegatives } from "./sampled-negatives.js";
import { comparableText } from "../../data/split/comparable-text.js";
import { compareTexts } from "../compare-texts.js";
import { comparableVector, type SideVectors } from "../indexes/text-vectors.js";

export interface SamePageCandidatesOptions extends LengthOptions {
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
  /** It repeats or holds the text of such a passage, or repeats one that overlaps it. */
  | "repeats-positive"
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

interface OpenEntry {
  readonly query: string;
  readonly group: string;
  readonly positives: number;
  /** The records that ask this question; usually one. */
  readonly records: Question[];
}

/**
 * Collects, for every answered question, the candidates of its page that are certainly not marked as an answer: none
 * that overlaps, contains or stands inside a passage chosen by *any* annotator, nor repeats its text. The result lists
 * each text once, to be embedded once; {@link sampleSamePageNegatives} then chooses among them.
 *
 * @throws RangeError when an option is out of range.
 */
export function samePageCandidates(
  questions: Iterable<Question>,
  {
    topLevelOnly = false,
    excludeAnswers = false,
    minAnnotators,
    minLength = 1,
    maxLength = Infinity,
  }: SamePageCandidatesOptions = {},
): SamePageCandidates {
  checkLengths("samePageCandidates", minLength, maxLength);
  const drops = createDropCounter<SamePageDrop>();
  const passages = createTextTable();
  const queries: string[] = [];
  const entries: SamePageEntry[] = [];
  for (const { query, group, positives, records } of answeredQueries(questions, minAnnotators)) {
    const golds = new Set(records.flatMap(goldSpans).map(({ text }) => comparableText(text)));
    // The question may have been asked twice on one page: what overlaps in either record is refused in both.
    const overlaps = goldGuard(records);
    const guards = excludeAnswers ? [answerGuard(shortAnswersOf(records))] : [];
    const taken = new Set<string>();
    const rows: number[] = [];
    for (const record of records) {
      const spans = goldSpans(record);
      for (const candidate of record.candidates) {
        const comparable = comparableText(candidate.text);
        const reason =
          (topLevelOnly && !candidate.topLevel ? "nested" : null) ??
          lengthReason(candidate.text, minLength, maxLength) ??
          goldReason(candidate, comparable, spans, golds) ??
          (overlaps(query, candidate.text) === null ? null : "repeats-positive") ??
          (firstReason(guards, query, candidate.text) as "holds-answer" | null) ??
          (taken.has(comparable) ? "duplicate" : null);
        if (reason !== null) {
          drops.add(reason);
          continue;
        }
        taken.add(comparable);
        rows.push(passages.add(candidate.text));
      }
    }
    entries.push({ query: queries.length, group, positives, passages: Uint32Array.from(rows) });
    queries.push(query);
  }
  return { queries, passages: passages.texts, entries, drops: drops.counts() };
}

export interface SamePageNegativesOptions {
  /** Ranks candidates by cosine to the query, nearest first. @default none: candidates are drawn at random */
  readonly vectors?: SideVectors | undefined;
  /** Negatives for each positive of a query. @default 2 */
  readonly perPositive?: number | undefined;
  /** For drawing at random; the same seed gives the same negatives. @default 0 */
  readonly seed?: string | number | undefined;
}

/**
 * Hard negatives: of each query's {@link samePageCandidates}, the nearest under the given vectors, or some at random
 * (label 0, kind `"same-page"`). Equally near candidates are taken in the order of their texts, so that nothing depends
 * on the order of the input but the order of the pairs.
 *
 * @throws RangeError naming the text whose vector is missing, not finite or zero, or an option out of range.
 */
export function sampleSamePageNegatives(
  candidates: SamePageCandidates,
  { vectors, perPositive = 2, seed = 0 }: SamePageNegativesOptions = {},
): SampledNegatives<SamePageDrop> {
  checkInteger("sampleSamePageNegatives", "perPositive", perPositive, 1);
  const pairs: Pair[] = [];
  let wanted = 0;
  for (const entry of candidates.entries) {
    const query = candidates.queries[entry.query];
    const count = perPositive * entry.positives;
    wanted += count;
    const texts = Array.from(entry.passages, (row) => candidates.passages[row]).sort(compareTexts);
    const chosen =
      vectors === undefined
        ? randomTexts(texts, count, `${seed}/same-page/${comparableText(query)}`)
        : nearestTexts(query, texts, count, vectors);
    for (const passage of chosen) {
      pairs.push({ query, passage, label: 0, group: entry.group, kind: "same-page" });
    }
  }
  return { pairs, counts: { wanted, sampled: pairs.length, drops: candidates.drops } };
}

function nearestTexts(
  query: string,
  texts: readonly string[],
  count: number,
  vectors: SideVectors,
): string[] {
  const q = comparableVector(vectors.query, query, "query");
  return texts
    .map((text) => {
      const p = comparableVector(vectors.passage, text, "passage");
      return { text, cosine: dot(q.vector, p.vector) / (q.length * p.length) };
    })
    .sort((a, b) => b.cosine - a.cosine || compareTexts(a.text, b.text))
    .slice(0, count)
    .map(({ text }) => text);
}

function randomTexts(texts: readonly string[], count: number, seed: string): string[] {
  const chosen: string[] = [];
  for (const i of drawWithoutReplacement(texts.length, createRandom(seed))) {
    if (chosen.length === count) break;
    chosen.push(texts[i]);
  }
  return chosen;
}

function goldReason(
  candidate: Candidate,
  comparable: string,
  spans: readonly GoldSpan[],
  golds: ReadonlySet<string>,
): SamePageDrop | null {
  if (spans.some((span) => spansOverlap(span, candidate))) return "overlaps-gold";
  return repeatsPositive(comparable, golds) ? "repeats-positive" : null;
}

/** The questions that have a positive, equal questions as one. */
function answeredQueries(
  questions: Iterable<Question>,
  minAnnotators: number | undefined,
): Iterable<OpenEntry> {
  const byQuery = new Map<string, Question[]>();
  for (const question of questions) {
    const key = comparableText(question.text);
    const records = byQuery.get(key);
    if (records === undefined) byQuery.set(key, [question]);
    else records.push(question);
  }
  const result: OpenEntry[] = [];
  for (const records of byQuery.values()) {
    records.sort((a, b) => compareTexts(a.text, b.text) || compareTexts(a.id, b.id));
    const positives = positivePairs(records, { minAnnotators }).pairs;
    if (positives.length === 0) continue;
    const { query } = positives[0];
    result.push({ query, group: pageOf(records[0]), positives: positives.length, records });
  }
  return result;
}

function createTextTable() {
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  return {
    texts: texts as readonly string[],
    /** The text's number, the same for equal texts. */
    add(text: string): number {
      let number = numbers.get(text);
      if (number === undefined) {
        number = texts.push(text) - 1;
        numbers.set(text, number);
      }
      return number;
    },
  };
}
