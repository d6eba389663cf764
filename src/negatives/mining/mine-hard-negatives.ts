import { checkInteger, refuse } from "../../base/checks.js";
import { show } from "../../base/show.js";
import type { Pair } from "../../data/types.js";
import { onEngine } from "../../math/engines/on-engine.js";
import { createDropCounter, type DropCounts } from "../drop-counts.js";
import { knownPositives, type KnownPositives } from "../known-positives.js";
import { mapConcurrently } from "../../base/map-concurrently.js";
import {
  resolveMiningOptions,
  type MiningOptions,
  type ResolvedMiningOptions,
} from "./mining-options.js";
import type { Neighbor, NeighborIndex, ScorePassages } from "../indexes/neighbor-index.js";
import { createOwnTextGuard } from "../guards/own-texts.js";
import { selectNegatives, type MinedPassage, type MiningDrop } from "./select-negatives.js";
import { goldKey } from "../../data/text-identity.js";

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

/**
 * Queries asked of the index at a time: few enough to report and to stop between, many enough for it to work well; a quarter of
 * all where that lies between the two.
 */
const BLOCKS = { least: 512, most: 8192, parts: 4 } as const;
/** Passages asked of the index at a time, all queries together. */
const MOST_NEIGHBORS = 2 ** 22;
/** How much deeper a search goes that found too few. */
const DEEPER = 4;

/**
 * Mines hard negatives: for every query of the positive pairs (label 1), passages near to it in an index that are none
 * of its positives, chosen by rank, score and margin. What comes out is made into pairs, triplets or tuples by
 * {@link toLabelledPairs} and its siblings.
 *
 * A query that a filter leaves short is searched deeper, until it has its negatives or the corpus ends. No negative
 * repeats its query or one of its positives up to case, punctuation and spacing (see `fold`).
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
  return onEngine(options, "mineHardNegatives", () => mineOnEngine(positives, index, options));
}

async function mineOnEngine(
  positives: readonly Pair[],
  index: NeighborIndex,
  options: MiningOptions,
): Promise<MinedNegatives> {
  const { rescoreConcurrency = 1, fold = true, signal, onProgress } = options;
  checkInteger(rescoreConcurrency, "mineHardNegatives: rescoreConcurrency", { least: 1 });
  const known = [...knownPositives(positives).values()];
  const mostPositives = known.reduce((most, { texts }) => Math.max(most, texts.size), 0);
  const resolved = resolveMiningOptions(options, mostPositives);
  const ownTexts = createOwnTextGuard(known, fold);
  const drops = createDropCounter<MiningDrop>();
  const queries = new Array<MinedQuery>(known.length);
  let [retrieved, mined, done] = [0, 0, 0];

  let waiting = [...known.entries()].map(([place, entry]) => ({
    place,
    scorer: createQueryScorer(entry, index.score, options.rescore),
  }));
  for (let depth = resolved.depth; waiting.length > 0; depth *= DEEPER) {
    const asked = Math.min(depth, resolved.maxDepth);
    const short: typeof waiting = [];
    const part = Math.max(BLOCKS.least, Math.ceil(known.length / BLOCKS.parts));
    const most = Math.min(BLOCKS.most, part, Math.floor(MOST_NEIGHBORS / asked));
    const size = Math.max(1, most);
    for (let start = 0; start < waiting.length; start += size) {
      signal?.throwIfAborted();
      const block = waiting.slice(start, start + size);
      const texts = block.map(({ place }) => known[place].query);
      const found = await index.search(texts, asked, { signal });
      if (found.length !== block.length) {
        const expectation = `${block.length}, one for each query`;
        refuse("mineHardNegatives: number of results of index.search", expectation, found.length);
      }
      const scored = await mapConcurrently(block, rescoreConcurrency, async ({ scorer }, i) => {
        signal?.throwIfAborted();
        return scorer(found[i]);
      });
      for (const [i, { candidates, positiveScores }] of scored.entries()) {
        const { place } = block[i];
        const lowest = lowestScore(known[place], positiveScores, resolved);
        const deepened = asked > resolved.depth;
        const selection = selectNegatives(
          ...([candidates, known[place], lowest, resolved, ownTexts, deepened] as const),
        );
        const ended =
          asked === resolved.maxDepth ||
          found[i].length < asked ||
          // Nearest first: what is still to come scores no higher.
          (options.rescore === undefined && found[i][asked - 1].score < resolved.minScore);
        if (selection.open && !ended) {
          short.push(block[i]);
          continue;
        }
        for (const reason of selection.drops) drops.add(reason);
        queries[place] = minedQuery(known[place], positiveScores, selection.chosen);
        retrieved += candidates.length;
        mined += selection.chosen.length;
        done++;
      }
      onProgress?.({ stage: "mine", done, total: known.length });
    }
    waiting = short;
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

/**
 * Scores a query's candidates and positives in one measure, whenever a deeper search brings more: no passage is rescored
 * twice.
 */
function createQueryScorer(
  { query, texts }: KnownPositives,
  score: ScorePassages | undefined,
  rescore: ScorePassages | undefined,
): (found: readonly Neighbor[]) => Promise<ScoredQuery> {
  const positives = [...texts.values()];
  const rescored = new Map<string, number>();
  let positiveScores: number[] | undefined;
  return async (found) => {
    if (rescore !== undefined) {
      const fresh = [...new Set(found.map(({ text }) => text))].filter((t) => !rescored.has(t));
      const passages = positiveScores === undefined ? [...positives, ...fresh] : fresh;
      if (passages.length > 0) {
        const scores = checkScores(await rescore(query, passages), "rescore", query, passages);
        positiveScores ??= scores.slice(0, positives.length);
        const first = scores.length - fresh.length;
        for (const [i, text] of fresh.entries()) rescored.set(text, scores[first + i]);
      }
      return {
        positiveScores: positiveScores!,
        candidates: found.map(({ text }) => ({ text, score: rescored.get(text)! })),
      };
    }
    checkScores(
      found.map((neighbor) => neighbor.score),
      "index.search",
      query,
      found.map(({ text }) => text),
    );
    // A positive that was found has its score already, the very number that candidates are ranked by.
    const known = new Map(found.map(({ text, score: value }) => [goldKey(text), value]));
    const missing = [...texts].filter(([key]) => !known.has(key));
    if (score !== undefined && missing.length > 0) {
      const passages = missing.map(([, passage]) => passage);
      const scores = checkScores(await score(query, passages), "index.score", query, passages);
      for (const [i, [key]] of missing.entries()) known.set(key, scores[i]);
    }
    return { candidates: found, positiveScores: [...texts.keys()].map((key) => known.get(key)) };
  };
}

/** @throws RangeError where a margin needs a score that nobody gave. */
function lowestScore(
  { query, texts }: KnownPositives,
  positiveScores: readonly (number | undefined)[],
  { absoluteMargin, relativeMargin, positivePercentage }: ResolvedMiningOptions,
): number {
  const margins = [absoluteMargin, relativeMargin, positivePercentage];
  const unknown = positiveScores.findIndex((score) => score === undefined);
  if (unknown >= 0 && margins.some((margin) => margin !== undefined)) {
    throw new RangeError(
      `mineHardNegatives: score of positive ${show([...texts.values()][unknown])} for query ${show(query)} must be known for a margin, received nothing: give the index a score function, or rescore`,
    );
  }
  return positiveScores.reduce<number>(
    (least, score) => Math.min(least, score ?? Infinity),
    Infinity,
  );
}

function minedQuery(
  { query, group, texts }: KnownPositives,
  positiveScores: readonly (number | undefined)[],
  negatives: readonly MinedPassage[],
): MinedQuery {
  const positives = [...texts.values()].map((text, i) => ({ text, score: positiveScores[i] }));
  return { query, group, positives, negatives };
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
