import { checkInteger, refuse } from "../../base/checks.js";
import { show } from "../../base/show.js";
import type { Pair } from "../../data/types.js";
import { createDropCounter, type DropCounter, type DropCounts } from "../drop-counts.js";
import { knownPositives, type KnownPositives } from "../known-positives.js";
import { mapConcurrently } from "../../base/map-concurrently.js";
import {
  resolveMiningOptions,
  type MiningOptions,
  type ResolvedMiningOptions,
} from "./mining-options.js";
import type { Neighbor, NeighborIndex, ScorePassages } from "../indexes/neighbor-index.js";
import { memoize } from "../memoize.js";
import { selectNegatives, type MinedPassage, type MiningDrop } from "./select-negatives.js";
import { comparableText } from "../../data/split/comparable-text.js";

/** A query with its positives and what was mined for it. */
export interface MinedQuery {
  readonly query: string;
  readonly group: string;
  /** In the order of the pairs; the score is `undefined` where neither the index nor `rescore` gives one. */
  readonly positives: readonly { readonly text: string; readonly score: number | undefined }[];
  /** Nearest first. */
  readonly negatives: readonly MinedPassage[];
}

export interface MinedNegatives {
  /** One entry per distinct query that has a positive, in the order of the pairs. */
  readonly queries: readonly MinedQuery[];
  readonly counts: {
    readonly queries: number;
    /** `numNegatives` for each query. */
    readonly wanted: number;
    readonly mined: number;
    /** Passages the index gave; all but the mined are among the drops. */
    readonly retrieved: number;
    readonly drops: DropCounts<MiningDrop>;
  };
}

/** Queries asked of the index at a time: few enough to report and to stop between, many enough for it to work well. */
const BLOCK = 512;

/**
 * Mines hard negatives: for every query of the positive pairs (label 1), passages near to it in an index that are none
 * of its positives, chosen by rank, score and margin. What comes out is made into pairs, triplets or tuples by
 * {@link toLabelledPairs} and its siblings.
 *
 * The choice follows `mine_hard_negatives` of sentence-transformers and, for margins relative to the positive,
 * NV-Retriever (Moreira et al. 2024, arXiv:2407.15831).
 *
 * @throws RangeError when an option is out of range, a score is not finite, or a margin has no positive score to stand on.
 */
export async function mineHardNegatives(
  positives: readonly Pair[],
  index: NeighborIndex,
  options: MiningOptions = {},
): Promise<MinedNegatives> {
  const { rescore, rescoreConcurrency = 1, signal, onProgress } = options;
  checkInteger(rescoreConcurrency, "mineHardNegatives: rescoreConcurrency", { least: 1 });
  const known = [...knownPositives(positives).values()];
  const mostPositives = known.reduce((most, { texts }) => Math.max(most, texts.size), 0);
  const resolved = resolveMiningOptions(options, mostPositives);
  const drops = createDropCounter<MiningDrop>();
  const comparable = memoize(comparableText);
  const queries: MinedQuery[] = [];
  let retrieved = 0;
  let mined = 0;
  for (let start = 0; start < known.length; start += BLOCK) {
    signal?.throwIfAborted();
    const block = known.slice(start, start + BLOCK);
    const texts = block.map(({ query }) => query);
    const found = await index.search(texts, resolved.depth, { signal });
    if (found.length !== block.length) {
      const expectation = `${block.length}, one for each query`;
      refuse("mineHardNegatives: number of results of index.search", expectation, found.length);
    }
    const results = await mapConcurrently(block, rescoreConcurrency, async (entry, i) => {
      signal?.throwIfAborted();
      return scoreQuery(entry, found[i], index.score, rescore, comparable);
    });
    for (const [i, { candidates, positiveScores }] of results.entries()) {
      const entry = mineQuery(block[i], candidates, positiveScores, resolved, drops, comparable);
      queries.push(entry);
      retrieved += candidates.length;
      mined += entry.negatives.length;
    }
    onProgress?.({ stage: "mine", done: start + block.length, total: known.length });
  }
  const wanted = known.length * resolved.numNegatives;
  const counts = { queries: known.length, wanted, mined, retrieved, drops: drops.counts() };
  return { queries, counts };
}

interface ScoredQuery {
  readonly candidates: readonly Neighbor[];
  /** In the order of the query's positives. */
  readonly positiveScores: readonly (number | undefined)[];
}

/** Scores of candidates and positives, in one measure. */
async function scoreQuery(
  { query, texts }: KnownPositives,
  found: readonly Neighbor[],
  score: ScorePassages | undefined,
  rescore: ScorePassages | undefined,
  comparable: (text: string) => string,
): Promise<ScoredQuery> {
  const positives = [...texts.values()];
  if (rescore !== undefined) {
    const passages = [...positives, ...found.map(({ text }) => text)];
    const scores = checkScores(await rescore(query, passages), "rescore", query, passages);
    return {
      positiveScores: scores.slice(0, positives.length),
      candidates: found.map(({ text }, i) => ({ text, score: scores[positives.length + i] })),
    };
  }
  checkScores(
    found.map((neighbor) => neighbor.score),
    "index.search",
    query,
    found.map(({ text }) => text),
  );
  // A positive that was found has its score already, the very number that candidates are ranked by.
  const known = new Map(found.map(({ text, score: value }) => [comparable(text), value]));
  const missing = [...texts].filter(([form]) => !known.has(form));
  if (score !== undefined && missing.length > 0) {
    const passages = missing.map(([, passage]) => passage);
    const scores = checkScores(await score(query, passages), "index.score", query, passages);
    for (const [i, [form]] of missing.entries()) known.set(form, scores[i]);
  }
  return {
    candidates: found,
    positiveScores: [...texts.keys()].map((form) => known.get(form)),
  };
}

function mineQuery(
  known: KnownPositives,
  candidates: readonly Neighbor[],
  positiveScores: readonly (number | undefined)[],
  options: ResolvedMiningOptions,
  drops: DropCounter<MiningDrop>,
  comparable: (text: string) => string,
): MinedQuery {
  const { query, group } = known;
  const texts = [...known.texts.values()];
  const { absoluteMargin, relativeMargin, positivePercentage } = options;
  const margins = [absoluteMargin, relativeMargin, positivePercentage];
  const unknown = positiveScores.findIndex((score) => score === undefined);
  if (unknown >= 0 && margins.some((margin) => margin !== undefined)) {
    throw new RangeError(
      `mineHardNegatives: score of positive ${show(texts[unknown])} for query ${show(query)} must be known for a margin, received nothing: give the index a score function, or rescore`,
    );
  }
  const lowest = positiveScores.reduce<number>(
    (least, score) => Math.min(least, score ?? Infinity),
    Infinity,
  );
  return {
    query,
    group,
    positives: texts.map((text, i) => ({ text, score: positiveScores[i] })),
    negatives: selectNegatives(candidates, known, lowest, options, drops, comparable),
  };
}

/** As plain numbers, one for each passage and all finite. */
function checkScores(
  scores: ArrayLike<number>,
  source: string,
  query: string,
  passages: readonly string[],
): number[] {
  if (scores.length !== passages.length) {
    const place = `mineHardNegatives: number of scores of ${source} for query ${show(query)}`;
    refuse(place, `${passages.length}, one for each passage`, scores.length);
  }
  const values = Array.from(scores);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const place = `mineHardNegatives: score of ${source} for query ${show(query)} and passage ${show(passages[wrong])}`;
    refuse(place, "a finite number", values[wrong]);
  }
  return values;
}
