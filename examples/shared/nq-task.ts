import {
  positivePairs,
  sampleSamePageNegatives,
  sampleWeakNegatives,
  toPairColumns,
  type Embedder,
  type LabelledVectors,
  type LongJobOptions,
  type Matrix,
  type Pair,
  type PairColumns,
  type Question,
  type Split,
} from "embedtune";
import {
  createVectorLookup,
  matrixOfTexts,
  passagePool,
  samePageCandidates,
} from "embedtune/negatives";
import type { ReportedDecision } from "embedtune/report";

/** The two kinds of negatives a method is measured on; the gold pairs stand in both. */
export const setNames = ["weak", "hard"] as const;
export type SetName = (typeof setNames)[number];

/** One side of the split, sampled and embedded. */
export interface SideData {
  /** Distinct texts; row `i` of the matrix beside them is the vector of text `i`. */
  readonly queryTexts: readonly string[];
  readonly passageTexts: readonly string[];
  readonly queries: Matrix;
  readonly passages: Matrix;
  /** The page of each query. */
  readonly groups: readonly string[];
  /** Gold pairs with all negatives. */
  readonly pairs: PairColumns;
  /** Gold pairs with the negatives of one kind. */
  readonly sets: Readonly<Record<SetName, PairColumns>>;
  readonly corpus: Corpus;
}

/** What a side's questions are searched in: the right passages, and what on their pages has no part in an answer. */
export interface Corpus {
  readonly texts: readonly string[];
  readonly vectors: Matrix;
  /** Per query of the side, the rows of its right passages. */
  readonly relevant: readonly (readonly number[])[];
}

/**
 * Embeds every distinct text of all sides once, and samples negatives for each side from its own pages, so that no
 * passage stands on two sides.
 */
export async function prepareSides(
  split: Split<Question>,
  embedder: Embedder,
  { seed, ...job }: { seed: number } & LongJobOptions,
): Promise<Record<keyof Split<Question>, SideData>> {
  const sides = [split.train, split.validation, split.test].map((questions) => ({
    gold: positivePairs(questions).pairs,
    candidates: samePageCandidates(questions),
    unjudged: passagePool(withoutAnswers(questions)).passages.map(({ text }) => text),
  }));
  const queryTexts = distinct(sides.flatMap(({ gold }) => gold.map(({ query }) => query)));
  const passageTexts = distinct(
    sides.flatMap(({ gold, candidates, unjudged }) => [
      ...gold.map(({ passage }) => passage),
      ...candidates.passages,
      ...unjudged,
    ]),
  );
  const query = createVectorLookup(
    queryTexts,
    await embedder.embed(queryTexts, { ...job, side: "query" }),
  );
  const passage = createVectorLookup(
    passageTexts,
    await embedder.embed(passageTexts, { ...job, side: "passage" }),
  );

  const [train, validation, test] = sides.map(({ gold, candidates, unjudged }): SideData => {
    const weak = sampleWeakNegatives(gold, { perPositive: 2, seed }).pairs;
    // The two passages of the same page nearest to the question under the untouched embedding.
    const hard = sampleSamePageNegatives(candidates, {
      vectors: { query, passage },
      perPositive: 2,
      seed,
    }).pairs;
    const all = [...gold, ...weak, ...hard];
    const table = toPairColumns(all);
    const page = new Map(gold.map((pair) => [pair.query, pair.group]));
    const corpusTexts = distinct([...gold.map((pair) => pair.passage), ...unjudged]);
    const corpusRow = new Map(corpusTexts.map((text, row) => [text, row]));
    const relevant = new Map<string, number[]>(table.queries.map((text) => [text, []]));
    for (const pair of gold) relevant.get(pair.query)?.push(corpusRow.get(pair.passage)!);
    return {
      queryTexts: table.queries,
      passageTexts: table.passages,
      queries: matrixOfTexts(table.queries, query),
      passages: matrixOfTexts(table.passages, passage),
      groups: table.queries.map((text) => page.get(text)!),
      pairs: table.pairs,
      sets: {
        weak: selectPairs(table.pairs, all, ["gold", "weak"]),
        hard: selectPairs(table.pairs, all, ["gold", "same-page"]),
      },
      corpus: {
        texts: corpusTexts,
        vectors: matrixOfTexts(corpusTexts, passage),
        relevant: [...relevant.values()],
      },
    };
  });
  return { train, validation, test };
}

/** The side's questions and all passages they are searched in, as `fitAdapter` and `judgeAdapter` take them. */
export function labelledVectors({ queries, groups, corpus }: SideData): LabelledVectors {
  const pairs = corpus.relevant.flatMap((rows, query) =>
    rows.map((passage) => ({ query, passage })),
  );
  return {
    queries,
    passages: corpus.vectors,
    pairs: {
      query: Uint32Array.from(pairs, ({ query }) => query),
      passage: Uint32Array.from(pairs, ({ passage }) => passage),
      label: new Uint8Array(pairs.length).fill(1),
    },
    groups,
  };
}

/** The same with its texts, as the report shows them. */
export function reportedTexts(
  side: SideData,
): Required<Pick<ReportedDecision, "texts" | "vectors">> {
  const { queries, passages, pairs } = labelledVectors(side);
  return {
    texts: {
      queries: side.queryTexts,
      passages: side.corpus.texts,
      pairs: pairs!,
      groups: side.groups,
    },
    vectors: { queries, passages },
  };
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];

/** The rows of the given kinds; row `i` of `columns` is `pairs[i]`. */
function selectPairs(
  columns: PairColumns,
  pairs: readonly Pair[],
  kinds: readonly string[],
): PairColumns {
  const rows = [...pairs.keys()].filter((i) => kinds.includes(pairs[i].kind));
  return {
    query: Uint32Array.from(rows, (i) => columns.query[i]),
    passage: Uint32Array.from(rows, (i) => columns.passage[i]),
    label: Uint8Array.from(rows, (i) => columns.label[i]),
  };
}

/**
 * The questions with the candidates that share a token with no answer to any question of their page: a passage that
 * holds (or is part of) a right one is neither right nor wrong, and would only blur the figures.
 */
function withoutAnswers(questions: readonly Question[]): Question[] {
  const spans = new Map<string, { startToken: number; endToken: number }[]>();
  for (const { url, annotations } of questions) {
    const list = spans.get(url) ?? [];
    for (const { longAnswer } of annotations) if (longAnswer !== null) list.push(longAnswer);
    spans.set(url, list);
  }
  return questions.map((question) => ({
    ...question,
    candidates: question.candidates.filter(
      (candidate) =>
        !(spans.get(question.url) ?? []).some(
          (span) => span.startToken < candidate.endToken && candidate.startToken < span.endToken,
        ),
    ),
  }));
}
