import type { Adapter } from "../adapter/adapter.js";
import type { LongJobOptions } from "../base/progress.js";
import { recordEngine } from "../math/engines/engine-scope.js";
import { remember } from "../fit/families/remember.js";
import type { CandidateFamily, FittedCandidates, Sides } from "./candidates/candidate.js";
import type { LabelledCorpus } from "./claims/labelled-corpus.js";
import type { Findings } from "./decide.js";
import type { AdapterMaker, JudgedMetadata } from "./fitted-adapter.js";
import { movedPassages } from "./forms/form-scores.js";
import type { JudgedChoice, JudgedClaim } from "./trials/judge-claim.js";
import type { Trial } from "./trials/trial.js";
import type { Decision, FormDecision } from "./verdict/decision.js";
import { meanFigures } from "./verdict/figures.js";
import { heldOutThreshold } from "./verdict/pair-figures.js";

/** Fits what was chosen on all pairs: the last step from findings to a decision. */
export async function fitChoices(
  data: LabelledCorpus,
  { claim, best, bestQueryOnly, identity, forms, all }: JudgedClaim,
  findings: Findings,
  makeAdapter: AdapterMaker,
  job: LongJobOptions,
): Promise<Decision> {
  const { positives, negatives } = data;
  const chosenTrials = [best, bestQueryOnly, identity, ...forms].map(({ trial }) => trial);
  const fits = new Map<CandidateFamily, FittedCandidates>();
  const sidesOf = remember(
    async ({ family, position }: Trial): Promise<Sides> => {
      // A family is fitted once for all that was chosen of it: states of the same run, say.
      const own = chosenTrials.filter((trial) => trial.family === family);
      const wanted = [...new Set(own.map((trial) => trial.position))];
      const fitted = fits.get(family) ?? (await family.fit({ positives, negatives }, wanted, job));
      fits.set(family, fitted);
      return fitted.sides(position);
    },
    ({ candidate }) => candidate,
  );
  const adapterOf = async (
    { trial, outcomes }: JudgedChoice,
    { verdict, sentence, form }: Pick<JudgedMetadata, "verdict" | "sentence" | "form"> = findings,
  ): Promise<Adapter> => {
    const threshold = heldOutThreshold(outcomes);
    return makeAdapter(trial.candidate, await sidesOf(trial), {
      metrics: meanFigures(identity.outcomes, outcomes, { units: claim.units, seed: 1, all }),
      ...(threshold === null ? {} : { threshold: threshold.threshold }),
      ...{ verdict, sentence },
      ...(form === undefined ? {} : { form }),
    });
  };
  const chosen = { ...findings.best, adapter: await adapterOf(best) };
  const queryOnly = { ...findings.bestQueryOnly, adapter: await adapterOf(bestQueryOnly) };
  const adapter = findings.verdict === "use it" ? chosen.adapter : await adapterOf(identity);
  const served: FormDecision[] = [];
  for (const [i, judged] of forms.entries()) {
    const found = findings.forms[i];
    const moved = movedPassages(data, await sidesOf(judged.trial), judged.trial.form);
    const judgedAs = { ...found, form: found.name };
    served.push({ ...found, adapter: await adapterOf(judged, judgedAs), moved });
  }
  return {
    ...{ ...findings, adapter, best: chosen, bestQueryOnly: queryOnly, forms: served },
    ...recordEngine(),
  };
}
