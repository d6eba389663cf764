import { intern } from "../../base/intern.js";
import type { PairColumns } from "../../data/types.js";
import type { Random } from "../../base/random.js";
import type { IndexPairs, TrainingPairs } from "../../data/training-pairs.js";
import { equalRows } from "../../math/equal-rows.js";
import type { Loss } from "../losses/loss.js";

/** A batch before its rows are looked up: rows of the tables, and pairs that index these rows. */
export interface BatchPlan {
  /** Rows of the table of queries. */
  readonly queryRows: Uint32Array;
  /** Rows of the table of passages. */
  readonly passageRows: Uint32Array;
  /** Index columns into the two lists above. */
  readonly pairs: PairColumns;
  /** Index columns of matches that are not among the pairs. */
  readonly knownMatches?: IndexPairs;
}

/** What is shuffled, and how a run of it becomes a batch. */
export interface BatchSource {
  /** How many there are to shuffle: all pairs, or the matching ones. */
  readonly count: number;
  plan(chosen: Uint32Array): BatchPlan;
}

export interface BatchOptions {
  /** With dropout every pair has masks of its own, so a text that stands in two pairs is two rows. */
  readonly repeatRows: boolean;
  /** Most pairs labelled 0 that each query of a ranking batch brings along, the first of the data first. */
  readonly minedNegatives: number;
  /** The passages of a ranking batch: those of its pairs, or every row of the table. */
  readonly batchPassages: "paired" | "all";
}

/** The batches a loss learns from. */
export function createBatches(
  data: TrainingPairs,
  loss: Loss,
  { repeatRows, minedNegatives, batchPassages }: BatchOptions,
): BatchSource {
  const { pairs } = data;
  if (loss.batches === "positives") return positiveBatches(data, minedNegatives, batchPassages);
  return {
    count: pairs.label.length,
    plan: (chosen) => planPairs(pairs, chosen, repeatRows),
  };
}

/** `0 … count − 1` in random order. */
export function shuffledOrder(count: number, random: Random): Uint32Array {
  return random.shuffle(Uint32Array.from({ length: count }, (_, i) => i));
}

function planPairs(pairs: PairColumns, chosen: Uint32Array, repeatRows: boolean): BatchPlan {
  const label = Uint8Array.from(chosen, (i) => pairs.label[i]);
  const query = Uint32Array.from(chosen, (i) => pairs.query[i]);
  const passage = Uint32Array.from(chosen, (i) => pairs.passage[i]);
  if (repeatRows) {
    const places = Uint32Array.from(chosen, (_, i) => i);
    return {
      queryRows: query,
      passageRows: passage,
      pairs: { query: places, passage: places, label },
    };
  }
  const queries = intern(query);
  const passages = intern(passage);
  return {
    queryRows: Uint32Array.from(queries.distinct),
    passageRows: Uint32Array.from(passages.distinct),
    pairs: { query: queries.indices, passage: passages.indices, label },
  };
}

function positiveBatches(
  { queries, passages, pairs }: TrainingPairs,
  minedNegatives: number,
  batchPassages: BatchOptions["batchPassages"],
): BatchSource {
  // Two rows with the same values are the same text: a match of one is a match of the other.
  const queryText = equalRows(queries);
  const passageText = equalRows(passages);
  const anchors: number[] = [];
  const matchesOf = new Map<number, Set<number>>();
  const minedOf = new Map<number, number[]>();
  for (const [i, label] of pairs.label.entries()) {
    const query = queryText[pairs.query[i]];
    if (label === 1) {
      anchors.push(i);
      setDefault(matchesOf, query, () => new Set()).add(passageText[pairs.passage[i]]);
    } else {
      const mined = setDefault(minedOf, query, () => []);
      if (mined.length < minedNegatives) mined.push(pairs.passage[i]);
    }
  }
  // Places of each text among the passages of a batch, to find the matches that no anchor names.
  const placesOf = (rows: ArrayLike<number>): Map<number, number[]> => {
    const places = new Map<number, number[]>();
    for (let place = 0; place < rows.length; place++) {
      setDefault(places, passageText[rows[place]], () => []).push(place);
    }
    return places;
  };
  const allRows = Uint32Array.from({ length: passages.rows }, (_, row) => row);
  const placesOfAll = batchPassages === "all" ? placesOf(allRows) : null;
  return {
    count: anchors.length,
    plan(chosen) {
      const query: number[] = [];
      const passage: number[] = [];
      const label: number[] = [];
      const add = (q: number, p: number, l: number): void => {
        query.push(q);
        passage.push(p);
        label.push(l);
      };
      for (const c of chosen) add(pairs.query[anchors[c]], pairs.passage[anchors[c]], 1);
      for (const q of minedOf.size === 0 ? [] : new Set(query)) {
        for (const p of minedOf.get(queryText[q]) ?? []) {
          if (!matchesOf.get(queryText[q])?.has(passageText[p])) add(q, p, 0);
        }
      }
      const queryRows = intern(query);
      const passageRows =
        placesOfAll === null
          ? intern(passage)
          : { distinct: allRows, indices: Uint32Array.from(passage) };
      const placesOfText = placesOfAll ?? placesOf(passageRows.distinct);
      const known: { query: number[]; passage: number[] } = { query: [], passage: [] };
      for (const [place, q] of queryRows.distinct.entries()) {
        for (const text of matchesOf.get(queryText[q]) ?? []) {
          for (const other of placesOfText.get(text) ?? []) {
            known.query.push(place);
            known.passage.push(other);
          }
        }
      }
      return {
        queryRows: Uint32Array.from(queryRows.distinct),
        passageRows: Uint32Array.from(passageRows.distinct),
        pairs: {
          query: queryRows.indices,
          passage: passageRows.indices,
          label: Uint8Array.from(label),
        },
        knownMatches: {
          query: Uint32Array.from(known.query),
          passage: Uint32Array.from(known.passage),
        },
      };
    },
  };
}

function setDefault<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}
