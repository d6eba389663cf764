import type { Adapter } from "../adapter/adapter.js";
import type { LongJobOptions } from "../base/progress.js";
import type { FittedCandidates } from "./candidates/candidate.js";
import type { LabelledCorpus } from "./claims/labelled-corpus.js";
import type { Findings } from "./decide.js";
import type { AdapterMaker } from "./fitted-adapter.js";
import type { JudgedChoice, JudgedClaim } from "./trials/judge-claim.js";
import type { Trial } from "./trials/trial.js";
import type { Decision } from "./verdict/decision.js";
import { meanFigures } from "./verdict/figures.js";
import { heldOutThreshold } from "./verdict/pair-figures.js";

/** Fits what was chosen on all pairs: the last step from findings to a decision. */
export async function fitChoices(
  { positives, negatives }: Pick<LabelledCorpus, "positives" | "negatives">,
  { best, bestQueryOnly, identity }: Pick<JudgedClaim, "best" | "bestQueryOnly" | "identity">,
  findings: Findings,
  makeAdapter: AdapterMaker,
  job: LongJobOptions,
): Promise<Decision> {
  const { verdict, sentence } = findings;
  const fits = new Map<Trial, FittedCandidates>();
  const adapterOf = async ({ trial, outcomes }: JudgedChoice): Promise<Adapter> => {
    const { family, position, candidate } = trial;
    const fitted = fits.get(trial) ?? (await family.fit({ positives, negatives }, [position], job));
    fits.set(trial, fitted);
    const threshold = heldOutThreshold(outcomes);
    return makeAdapter(candidate, fitted.sides(position), {
      metrics: meanFigures(outcomes),
      ...(threshold === null ? {} : { threshold: threshold.threshold }),
      ...{ verdict, sentence },
    });
  };
  const chosen = { ...findings.best, adapter: await adapterOf(best) };
  const queryOnly = { ...findings.bestQueryOnly, adapter: await adapterOf(bestQueryOnly) };
  const adapter = verdict === "use it" ? chosen.adapter : await adapterOf(identity);
  return { ...findings, adapter, best: chosen, bestQueryOnly: queryOnly };
}
