import { checkChoice, checkInteger, checkNumber, refuse } from "../base/checks.js";
import type { LongJobOptions } from "../base/progress.js";
import { onEngine, type EngineOptions } from "../math/engines/on-engine.js";
import { trainingFingerprint } from "../data/training-fingerprint.js";
import { candidateFamilies, methodsFor, type MethodName } from "./candidates/default-candidates.js";
import type { Decision } from "./verdict/decision.js";
import { checkMethods, checkNegatives } from "./candidates/check-methods.js";
import { checkMetric } from "./ranking/check-metric.js";
import { likelyClaim, layOutClaim, type ClaimName } from "./claims/claims.js";
import { createClock } from "./trials/clock.js";
import { prepareLabelledCorpus, type LabelledVectors } from "./claims/labelled-corpus.js";
import type { RankMetric } from "./ranking/outcomes.js";
import { formsOn } from "./forms/forms-on.js";
import { judgeClaim } from "./trials/judge-claim.js";
import { measureOtherClaim } from "./trials/other-claim.js";
import { decide } from "./decide.js";
import { fitChoices } from "./fit-choices.js";
import { createAdapterMaker } from "./fitted-adapter.js";
import { untestedDecision } from "./untested.js";

export interface FitAdapterOptions extends LongJobOptions, EngineOptions {
  /** "query" tries only what leaves passages, and with them an indexed corpus, as they are. @default "both" */
  readonly side?: "both" | "query" | undefined;
  /**
   * What is claimed: that new "questions" about known passages are answered better, or questions about "passages" that
   * nobody has asked about. "auto" claims questions where the corpus has at most 300 passages or labelled passages have
   * 1.5 labels on average or more, else passages.
   * @default "auto"
   */
  readonly holdOut?: ClaimName | "auto" | undefined;
  /**
   * What to try beside the untouched embedding. With `side: "query"` only what the default names; "discriminative" only
   * where there are pairs labelled 0.
   * @default ["rca", "corpus-prior", "ridge", "info-nce"]; below 100 labelled questions the first two
   */
  readonly candidates?: readonly MethodName[] | undefined;
  /**
   * Also try what can be served beside a map where passages have answered questions: moved passages and known questions.
   * Only where new questions about known passages are claimed.
   * @default true
   */
  readonly forms?: boolean | undefined;
  /** What candidates are chosen and judged by, always against the whole corpus. @default "mrr" */
  readonly metric?: RankMetric | undefined;
  /** The least gain in the metric that is worth having. @default 0.005 */
  readonly leastGain?: number | undefined;
  /** Parts the questions are cut into, at least 2. @default 5 */
  readonly folds?: number | undefined;
  /**
   * Seconds that trying may take: families of candidates that would not end in time are dropped whole, and named. What
   * is tried then depends on the machine. @default Infinity
   */
  readonly timeBudget?: number | undefined;
  /** @default 1 */
  readonly seed?: string | number | undefined;
  /** Id of the embedder, kept in the adapter. @default null */
  readonly embedder?: string | null | undefined;
}

/**
 * The one call from vectors: tries closed forms and gradient training, chooses and judges by ranking held-out questions
 * against the whole corpus, and says in one sentence whether the best is worth using.
 *
 * The verdict rests on cross-fitting: five folds over whole groups; the figure of a fold comes from the candidate that
 * the other folds choose. Only "use it" hands back anything but the identity as `adapter`; `best` and `bestQueryOnly`
 * are there to take whatever the verdict.
 *
 * @param data Questions, the whole corpus, and pairs as index columns; pairs labelled 0 serve thresholds. Without pairs
 *   the verdict is "untested".
 * @throws RangeError on vectors and pairs that cannot be learnt from and on options outside their range.
 */
export async function fitAdapter(
  data: LabelledVectors,
  options: FitAdapterOptions = {},
): Promise<Decision> {
  return onEngine(options, "fitAdapter", () => fitOnEngine(data, options));
}

async function fitOnEngine(
  data: LabelledVectors,
  {
    side = "both",
    holdOut = "auto",
    candidates,
    forms = true,
    metric = "mrr",
    leastGain = 0.005,
    folds = 5,
    timeBudget = Infinity,
    seed = 1,
    embedder = null,
    signal,
    onProgress,
  }: FitAdapterOptions,
): Promise<Decision> {
  checkFitOptions({ side, holdOut, candidates, metric, leastGain, folds, timeBudget });
  signal?.throwIfAborted();
  const corpus = prepareLabelledCorpus(data, "fitAdapter");
  const make = createAdapterMaker(corpus.queries.cols, embedder, trainingFingerprint(data));
  const untested = (reason: string): Decision =>
    untestedDecision(corpus, make, { side, metric, reason });
  if (corpus.labelledQueries.length === 0) return untested("there are no labels to judge by");
  const methods = candidates ?? methodsFor(corpus);
  checkNegatives(methods, corpus.negatives.query.length, "fitAdapter");
  const name = holdOut === "auto" ? likelyClaim(corpus) : holdOut;
  const layout = { folds, seed, mostQuestions };
  const claim = layOutClaim(corpus, name, layout);
  if (claim.folds.length === 0) {
    return untested("all labelled questions hang together in one group, so none can be held out");
  }
  const families = candidateFamilies(corpus, { methods, side, claim: name, seed });
  const answered = corpus.positives.query.length;
  const judged = await judgeClaim(corpus, claim, families, {
    ...{ metric, seed, clock: createClock(timeBudget), signal, onProgress },
    // They can help known passages alone.
    formsOf: forms && name === "questions" ? (host) => formsOn(host, answered) : undefined,
  });
  const other = await measureOtherClaim(
    corpus,
    name === "questions" ? "passages" : "questions",
    families,
    judged,
    { ...layout, metric, signal },
  );
  const findings = decide(corpus, judged, other, { metric, leastGain, seed });
  return fitChoices(corpus, judged, findings, make, { signal });
}

/**
 * Checks options before any work is done, or paid for.
 *
 * @throws RangeError naming the option, as {@link fitAdapter} does.
 */
export function checkFitOptions({
  side = "both",
  holdOut = "auto",
  candidates,
  metric = "mrr",
  leastGain = 0.005,
  folds = 5,
  timeBudget = Infinity,
}: FitAdapterOptions): void {
  checkChoice(side, "fitAdapter: side", ["both", "query"]);
  checkChoice(holdOut, "fitAdapter: holdOut", ["questions", "passages", "auto"]);
  if (candidates !== undefined) checkMethods(candidates, side, "fitAdapter");
  checkMetric(metric, "fitAdapter");
  checkNumber(leastGain, "fitAdapter: leastGain", { least: 0 });
  checkInteger(folds, "fitAdapter: folds", { least: 2 });
  if (!(timeBudget >= 0)) refuse("fitAdapter: timeBudget", "a number of seconds >= 0", timeBudget);
}

/** Judged questions: more would narrow the interval by less than they cost. */
const mostQuestions = 2000;
