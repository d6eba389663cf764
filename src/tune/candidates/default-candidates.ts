import type { ClaimName } from "../claims/claims.js";
import type { CandidateFamily } from "./candidate.js";
import { hasFewLabels, type LabelledCorpus } from "../claims/labelled-corpus.js";
import {
  closedFormCandidates,
  corpusPriorCandidates,
  identityCandidate,
  lastDifferences,
  rcaBases,
  rcaCandidates,
  rcaStart,
  ridgeCandidates,
  untouchedSides,
} from "./closed-forms.js";
import { batchSize, infoNceFamily, type InfoNceStart } from "./info-nce.js";
import { learnsFromNegatives, namedFamilies, type NamedFamily } from "./named-families.js";

/** What is tried unless the caller names methods; where labels are few, the first two. */
export const defaultMethods = ["rca", "corpus-prior", "ridge", "info-nce"] as const;
const methodsForFewLabels = /* @__PURE__ */ defaultMethods.slice(0, 2);

/** All methods that can be asked for by name. */
export const methodNames: readonly MethodName[] = /* @__PURE__ */ (
  defaultMethods as readonly MethodName[]
).concat(/* @__PURE__ */ Object.keys(namedFamilies) as NamedFamily[]);

export type MethodName = (typeof defaultMethods)[number] | NamedFamily;

/** States of one training run that are candidates. */
const epochs = [1, 2, 4, 8, 16];
/** Long runs stop after so many steps, three states at least: with many pairs an epoch is many steps. */
const mostSteps = 400;
/** Where a step takes long: what a run gains it has gained by then, but for some thousandths. */
const mostLargeSteps = 150;
const fewestStates = 3;

/** Below this many labels a passage, both sides are trained more slowly, and from the identity, too. */
const labelsPerPassage = 10;
/** Multiplications of a step above which only two short runs are tried: one that leaves passages as they are, and one not. */
const largeStep = 1e9;

export interface CandidateOptions {
  readonly methods: readonly MethodName[];
  /** "query" leaves out whatever changes passages. */
  readonly side: "both" | "query";
  /** What the verdict will be about. */
  readonly claim: ClaimName;
  readonly seed: string | number;
}

/** Few labels tell a few steady candidates apart, and take a lucky one of many for the best. */
export function methodsFor(data: LabelledCorpus): readonly MethodName[] {
  return hasFewLabels(data) ? methodsForFewLabels : defaultMethods;
}

/** The candidates of the given methods, the untouched embedding before all, and closed forms before trained ones. */
export function candidateFamilies(
  data: LabelledCorpus,
  { methods, side, claim, seed }: CandidateOptions,
): CandidateFamily[] {
  const families = [identityCandidate()];
  const differences = lastDifferences(data);
  const basisOf = rcaBases(data, differences);
  for (const name of methods) {
    if (name === "rca") families.push(rcaCandidates(data, side, basisOf));
    else if (name === "corpus-prior")
      families.push(...corpusPriorCandidates(data, side, differences));
    else if (name === "ridge") families.push(ridgeCandidates(data));
    else if (name !== "info-nce") {
      const needsNegatives = learnsFromNegatives(name);
      families.push(
        closedFormCandidates(data, namedFamilies[name](), { method: name, needsNegatives }),
      );
    }
  }
  if (methods.includes("info-nce")) {
    families.push(...infoNceCandidates(data, { side, claim, seed }, basisOf));
  }
  return families;
}

/** Where a run starts, and its rate. */
type Run = readonly [InfoNceStart, number];

function infoNceCandidates(
  data: LabelledCorpus,
  { side, claim, seed }: Omit<CandidateOptions, "methods">,
  basisOf: ReturnType<typeof rcaBases>,
): CandidateFamily[] {
  const queryOnly: InfoNceStart = {
    ...{ name: "rca", trained: "query", side: "query", sides: rcaStart(data, "query", basisOf) },
  };
  const mild = rcaStart(data, "both", basisOf);
  const bothFromRca: InfoNceStart = { name: "rca", trained: "both", side: "both", sides: mild };
  const bothFromIdentity: InfoNceStart = {
    ...{ name: "identity", trained: "both", side: "both", sides: () => untouchedSides },
  };
  const pairs = data.positives.query.length;
  const labelled = new Set(data.positives.passage).size;
  const fastQueries: Run = [queryOnly, 1e-3];
  const slowFromIdentity: Run = [bothFromIdentity, 3e-4];
  const many: readonly Run[] = [fastQueries, [bothFromRca, 1e-3]];
  const few: Readonly<Record<ClaimName, readonly Run[]>> = {
    questions: [[queryOnly, 3e-4], slowFromIdentity, fastQueries, [bothFromRca, 3e-4]],
    // What is learnt about known passages at two rates and from two starts tells little about others.
    passages: [slowFromIdentity, fastQueries],
  };
  const runs = pairs < labelsPerPassage * labelled ? few[claim] : many;
  const stepsPerEpoch = Math.ceil((0.8 * pairs) / batchSize);
  const large = 2 * batchSize * data.queries.cols ** 2 > largeStep;
  const most = large ? mostLargeSteps : mostSteps;
  const states = epochs.filter((epoch, i) => i < fewestStates || epoch * stepsPerEpoch <= most);
  return runs
    .slice(0, large ? 2 : undefined)
    .filter(([start]) => side === "both" || start.side === "query")
    .map(([start, rate]) => infoNceFamily(data, { start, rate, epochs: states, seed }));
}
