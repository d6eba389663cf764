import type { AdapterSide } from "../../adapter/adapter.js";
import type { IndexPairs } from "../../data/training-pairs.js";
import { scorerOf, type Family } from "../../fit/families/family.js";
import { priorMetric, questionSpread } from "../../fit/families/corpus-prior.js";
import { ridgeFamily } from "../../fit/families/ridge-family.js";
import { metricScorer, metricSides, type MetricPoint } from "../../fit/families/metric.js";
import type { CenteredBasis } from "../../fit/families/rca-family.js";
import { differencesOf, rcaBasis, type PairDifferences } from "../../fit/families/rca-spectrum.js";
import { rememberLast } from "../../fit/families/remember.js";
import { spreadOf } from "../../fit/families/spread.js";
import { rowOf, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import type { CandidateFamily, FittedCandidates, Sides } from "./candidate.js";
import type { LabelledCorpus } from "../claims/labelled-corpus.js";

type Side = "both" | "query";

/** λ and a of RCA: strong, then mild. */
const rcaGrid: readonly (readonly [number, number])[] = [
  [0.03, 0.5],
  [0.1, 0.5],
  [0.3, 0.5],
  [0.3, 0.25],
  [1, 0.25],
  [3, 0.25],
];
const priorGrid = /* @__PURE__ */ rcaGrid.slice(2);
const priorWeights = [100, 1000];
/** From so many pairs per unit of its weight on, a prior leaves RCA what it is: a twentieth of S is the corpus's. */
const pairsPerWeight = 20;
const ridgePenalties = [0.3, 1, 3];
/** The start that gradient training goes furthest from, and of fixed points the one that few labels serve best. */
const mild = { lambda: 1, power: 0.25 } as const;
const isMild = ({ lambda, power }: Pick<MetricPoint, "lambda" | "power">): boolean =>
  lambda === mild.lambda && power === mild.power;

/** The maps of the untouched embedding. */
export const untouchedSides: Sides = {
  query: { center: null, weights: null },
  passage: { center: null, weights: null },
};

/** What every candidate is where there is nothing to learn from. */
export const untouchedCandidates: FittedCandidates = {
  sides: () => untouchedSides,
  scorer: (queries, passages) => () => multiply(queries, passages, { transposeB: true }),
};

/** The untouched embedding. */
export function identityCandidate(): CandidateFamily {
  return {
    name: "identity",
    kind: "closed form",
    candidates: [{ method: "identity", side: "query", parameters: {} }],
    cost: () => 0,
    fit: () => Promise.resolve(untouchedCandidates),
  };
}

/** RCA on both sides, and folded into the query. */
export function rcaCandidates(
  data: LabelledCorpus,
  side: Side,
  basisOf = rcaBases(data),
): CandidateFamily {
  return metricCandidates(data, "rca", {}, pointsOf(rcaGrid, side), basisOf);
}

/** RCA with a prior from the corpus: a family per weight of the prior, as each has an eigenbasis of its own. */
export function corpusPriorCandidates(
  data: LabelledCorpus,
  side: Side,
  differences = lastDifferences(data),
): CandidateFamily[] {
  const corpus = spreadOf(data.passages);
  const log = data.log === null ? null : spreadOf(data.log);
  const questionsOf = rememberLast(
    (positives: IndexPairs) => log ?? questionSpread(data, positives),
  );
  const pairs = data.positives.query.length;
  const weights = priorWeights.filter(
    (nu, i) => pairs < pairsPerWeight * nu || i === priorWeights.length - 1,
  );
  return weights.map((nu) =>
    metricCandidates(data, "corpus-prior", { nu }, pointsOf(priorGrid, side), (positives) =>
      priorMetric(differences(positives), corpus, questionsOf(positives), nu),
    ),
  );
}

/** Ridge regression of passages on queries, held near the identity; passages stay as they are. */
export function ridgeCandidates(data: LabelledCorpus): CandidateFamily {
  return closedFormCandidates(data, ridgeFamily(ridgePenalties), { side: "query" });
}

/** A family of closed forms as candidates. */
export function closedFormCandidates(
  data: LabelledCorpus,
  family: Family,
  {
    side = "both",
    method = family.name,
    needsNegatives = false,
  }: { side?: Side; method?: string; needsNegatives?: boolean } = {},
): CandidateFamily {
  const { cols: d } = data.queries;
  return {
    ...{ name: method, kind: "closed form", needsNegatives },
    candidates: family.points.map((parameters) => ({ method, side, parameters })),
    cost: (pairs) => decompositionCost(pairs, d),
    fit({ positives, negatives }): Promise<FittedCandidates> {
      const fitted = family.fit(data.prepared, positives, negatives);
      return Promise.resolve({
        sides: (at) => fitted.sides(family.points[at]),
        scorer(queries, passages) {
          const score = scorerOf(fitted, queries, passages);
          return (at) => score(family.points[at]);
        },
      });
    },
  };
}

/** What pairs differ by, computed once for the methods that learn from it on the same fold. */
export function lastDifferences(data: LabelledCorpus): (positives: IndexPairs) => PairDifferences {
  return rememberLast((positives: IndexPairs) => differencesOf(data, positives));
}

/** The eigenbasis of RCA, found once for the same object of pairs: a grid and several starts share a fold's. */
export function rcaBases(
  data: LabelledCorpus,
  differences = lastDifferences(data),
): (positives: IndexPairs) => CenteredBasis {
  const known = new WeakMap<IndexPairs, CenteredBasis>();
  return (positives) => {
    const kept = known.get(positives);
    if (kept !== undefined) return kept;
    const own = differences(positives);
    const { queryCenter, passageCenter } = own;
    const found = { basis: rcaBasis(own), queryCenter, passageCenter };
    known.set(positives, found);
    return found;
  };
}

/** Mild RCA as a start for training; uncentred where a row that is its side's centre would lose all direction. */
export function rcaStart(
  data: LabelledCorpus,
  side: Side,
  basisOf = rcaBases(data),
): (positives: IndexPairs) => Sides {
  return (positives) => {
    const { query, passage } = metricSides(basisOf(positives), { ...mild, side });
    return { query: directed(query, data.queries), passage: directed(passage, data.passages) };
  };
}

function directed(side: AdapterSide, rows: Matrix): AdapterSide {
  const { center } = side;
  if (center === null) return side;
  const lost = Array.from({ length: rows.rows }, (_, i) => rowOf(rows, i)).some((row) =>
    row.every((value, j) => value === center[j]),
  );
  return lost ? { ...side, center: null } : side;
}

function pointsOf(grid: typeof rcaGrid, side: Side): MetricPoint[] {
  const sides: readonly Side[] = side === "both" ? ["both", "query"] : ["query"];
  return sides.flatMap((s) => grid.map(([lambda, power]) => ({ lambda, power, side: s })));
}

/** A grid of maps in one eigenbasis as candidates. */
function metricCandidates(
  { queries }: LabelledCorpus,
  method: string,
  fixed: Readonly<Record<string, number>>,
  points: readonly MetricPoint[],
  metricOf: (positives: IndexPairs) => CenteredBasis,
): CandidateFamily {
  const { cols: d } = queries;
  return {
    name: Object.entries(fixed).reduce((text, [key, value]) => `${text}, ${key} ${value}`, method),
    kind: "closed form",
    candidates: points.map(({ side, ...parameters }) => ({
      ...{ method, side, parameters: { ...fixed, ...parameters } },
      favourite: method === "rca" && isMild(parameters),
    })),
    cost: (pairs) => decompositionCost(pairs, d),
    fit({ positives }, wanted): Promise<FittedCandidates> {
      const metric = metricOf(positives);
      const shared = wanted.map((at) => points[at]);
      return Promise.resolve({
        sides: (at) => metricSides(metric, points[at]),
        scorer(rows, passages) {
          const score = metricScorer(metric, rows, passages, shared);
          return (at) => score(points[at]);
        },
      });
    },
  };
}

/** Products and an eigen-decomposition of the smaller of pairs and dimensions. */
function decompositionCost(pairs: number, d: number): number {
  const n = Math.min(pairs, d);
  return pairs * n * d + 10 * n ** 3;
}
