import { createRandom } from "../../base/random.js";
import { createUnionFind } from "../../base/union-find.js";
import type { IndexPairs } from "../../data/training-pairs.js";
import { foldsOfGroups } from "../../data/split/folds-of-groups.js";
import type { Rivals } from "../ranking/outcomes.js";
import type { LabelledCorpus } from "./labelled-corpus.js";

/**
 * What a verdict claims: "questions" that are new about passages which have labels, or questions about "passages" that
 * nobody has asked about.
 */
export type ClaimName = "questions" | "passages";

/** One round of cross-validation. */
export interface ClaimFold {
  /** The matching pairs to learn from. */
  readonly train: IndexPairs;
  /** The pairs labelled 0 to learn from. */
  readonly trainNegatives: IndexPairs;
  /** Positions in {@link Claim.questions} of the questions to judge by. */
  readonly judged: Uint32Array;
}

/** A claim as it is put to the test. */
export interface Claim {
  readonly name: ClaimName;
  /** Rows of the table of queries: those whose outcomes count. */
  readonly questions: Uint32Array;
  /** Per judged question, the unit that is resampled and held out whole. */
  readonly units: Uint32Array;
  readonly unitCount: number;
  /** Per labelled question, judged or not, its unit. */
  readonly allUnits: Uint32Array;
  /** Per judged question, the fold that holds it out. */
  readonly foldOf: Uint32Array;
  /** None where there are fewer than two units. */
  readonly folds: readonly ClaimFold[];
}

/**
 * What candidates are chosen by. Questions about passages that nobody has asked about meet passages of either kind, as
 * they will: the whole corpus. A new question about a known passage meets it among others that were learnt from, too; where
 * a fold has taken its only label away, it must not be told by that, so peers alone count.
 */
export function rivalsOf({ name }: Pick<Claim, "name">): Rivals {
  return name === "questions" ? "peers" : "corpus";
}

export interface ClaimOptions {
  readonly folds: number;
  readonly seed: string | number;
  /** Most questions to judge by, drawn whole units at a time. */
  readonly mostQuestions: number;
}

/** With at most this many passages, or this many labels a passage, questions about known passages are to be expected. */
const fewPassages = 300;
const labelsPerPassage = 1.5;

/** The claim that fits the data: see {@link fewPassages} and {@link labelsPerPassage}. */
export function likelyClaim({ passages, positives, passageText }: LabelledCorpus): ClaimName {
  const labelled = new Set(Array.from(positives.passage, (row) => passageText[row])).size;
  const many = positives.query.length / labelled >= labelsPerPassage;
  return passages.rows <= fewPassages || many ? "questions" : "passages";
}

/**
 * Lays a claim out in folds. Held-out questions are never among the pairs to learn from, and under "passages" none of
 * their passages is; the caller's groups, equal vectors and twins stay whole.
 */
export function layOutClaim(
  data: LabelledCorpus,
  name: ClaimName,
  { folds, seed, mostQuestions }: ClaimOptions,
): Claim {
  const { labelledQueries, positives, negatives, queryTwin, passageTwin, givenGroups } = data;
  const units = unitsOf(data, name);
  const unitCount = new Set(units).size;
  const none = {
    name,
    questions: new Uint32Array(0),
    units: new Uint32Array(0),
    foldOf: new Uint32Array(0),
    unitCount,
    allUnits: units,
  };
  if (unitCount < 2) return { ...none, folds: [] };
  const count = Math.min(folds, unitCount);
  const foldOf = foldsOfGroups(units, { folds: count, seed });
  const foldOfQuery = new Int32Array(data.queries.rows).fill(-1);
  for (const [i, query] of labelledQueries.entries()) foldOfQuery[query] = foldOf[i];

  const drawn = drawUnits(units, mostQuestions, seed);
  const questions = labelledQueries.filter((_, i) => drawn.has(units[i]));
  const judgedUnits = units.filter((unit) => drawn.has(unit));
  return {
    name,
    questions,
    units: judgedUnits,
    unitCount: drawn.size,
    allUnits: units,
    foldOf: Uint32Array.from(questions, (query) => foldOfQuery[query]),
    folds: Array.from({ length: count }, (_, fold) => {
      const heldOut = new Set<number>();
      // A question that has only pairs labelled 0 has no fold, yet may be near a held-out one, or of its group.
      const [twins, groups] = [new Set<number>(), new Set<number>()];
      for (const query of labelledQueries) {
        if (foldOfQuery[query] !== fold) continue;
        twins.add(queryTwin[query]);
        if (givenGroups !== undefined) groups.add(givenGroups.of[query]);
      }
      const isHeldOut = (query: number): boolean =>
        twins.has(queryTwin[query]) ||
        (givenGroups !== undefined && groups.has(givenGroups.of[query]));
      if (name === "passages") {
        for (let i = 0; i < positives.query.length; i++) {
          if (foldOfQuery[positives.query[i]] === fold)
            heldOut.add(passageTwin[positives.passage[i]]);
        }
      }
      const learns =
        ({ query, passage }: IndexPairs) =>
        (i: number) =>
          !isHeldOut(query[i]) && !heldOut.has(passageTwin[passage[i]]);
      return {
        train: select(positives, learns(positives)),
        trainNegatives: select(negatives, learns(negatives)),
        judged: Uint32Array.from(questions.keys()).filter(
          (position) => foldOfQuery[questions[position]] === fold,
        ),
      };
    }),
  };
}

/** Per labelled query the number of its unit. */
function unitsOf(
  {
    queries,
    labelledQueries,
    positives,
    queryTwin,
    passageTwin,
    passages,
    givenGroups: groups,
  }: LabelledCorpus,
  name: ClaimName,
): Uint32Array {
  const groupCount = groups === undefined ? 0 : groups.count;
  const passagesAt = queries.rows + groupCount;
  const sets = createUnionFind(passagesAt + passages.rows);
  for (const query of labelledQueries) {
    sets.join(query, queryTwin[query]);
    if (groups !== undefined) sets.join(query, queries.rows + groups.of[query]);
  }
  if (name === "passages" && groups === undefined) {
    // The first passage alone: through second and third ones everything might hang together.
    const seen = new Set<number>();
    for (let i = 0; i < positives.query.length; i++) {
      const query = positives.query[i];
      if (seen.has(query)) continue;
      seen.add(query);
      sets.join(query, passagesAt + passageTwin[positives.passage[i]]);
    }
  }
  const numbers = new Map<number, number>();
  return labelledQueries.map((query) => {
    const root = sets.find(query);
    let number = numbers.get(root);
    if (number === undefined) numbers.set(root, (number = numbers.size));
    return number;
  });
}

/** Units in random order until they hold `most` questions; at least two of them. */
function drawUnits(units: Uint32Array, most: number, seed: string | number): Set<number> {
  const sizes = new Map<number, number>();
  for (const unit of units) sizes.set(unit, (sizes.get(unit) ?? 0) + 1);
  if (units.length <= most) return new Set(sizes.keys());
  const order = createRandom(`${seed}/judged`).shuffle([...sizes.keys()]);
  const drawn = new Set<number>();
  let count = 0;
  for (const unit of order) {
    const size = sizes.get(unit)!;
    if (drawn.size >= 2 && count + size > most) continue;
    drawn.add(unit);
    count += size;
  }
  return drawn;
}

function select({ query, passage }: IndexPairs, keep: (i: number) => boolean): IndexPairs {
  const rows: number[] = [];
  for (let i = 0; i < query.length; i++) if (keep(i)) rows.push(i);
  return {
    query: Uint32Array.from(rows, (i) => query[i]),
    passage: Uint32Array.from(rows, (i) => passage[i]),
  };
}
