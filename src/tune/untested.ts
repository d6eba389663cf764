import { metricSides } from "../fit/families/metric.js";
import { spreadOf } from "../fit/families/spread.js";
import { recordEngine } from "../math/engines/engine-scope.js";
import { spreadMetric } from "../fit/families/spread-metric.js";
import { untouchedSides } from "./candidates/closed-forms.js";
import type { Choice, Decision } from "./verdict/decision.js";
import type { AdapterMaker } from "./fitted-adapter.js";
import type { LabelledCorpus } from "./claims/labelled-corpus.js";
import type { RankMetric } from "./ranking/outcomes.js";
import { labelsToSettle, sentenceOf } from "./verdict/sentence.js";

/** Mild: without labels nothing tells how far to go. */
const mild = { lambda: 1, power: 0.25 } as const;

/**
 * The decision where there is no label to judge by: the identity, with what centring and the corpus's spread give beside
 * it, to take at one's own risk.
 */
export function untestedDecision(
  data: Pick<LabelledCorpus, "queries" | "passages" | "log">,
  makeAdapter: AdapterMaker,
  {
    side,
    metric,
    reason,
  }: {
    readonly side: "both" | "query";
    readonly metric: RankMetric;
    /** E.g. `"there are no labels to judge by"`. */
    readonly reason: string;
  },
): Decision {
  const log = data.log === null ? null : spreadOf(data.log);
  const spread = spreadMetric(spreadOf(data.passages), log);
  const corpus = { rows: data.passages.rows, judged: 0 };
  const labels = { pairs: 0, questions: 0, groups: 0 };
  const common = { verdict: "untested", claim: null, metric, labels, corpus } as const;
  const parts = (own: "both" | "query") => ({
    ...{ method: "corpus-spread", side: own, parameters: mild, expected: null },
  });
  const sentence = sentenceOf({
    ...common,
    ...{ foreseen: null, peerGain: null, labelsLookUnrelated: false, before: null, after: null },
    ...{
      judged: 0,
      doubt: null,
      copies: 0,
      skipped: [],
      reason,
      best: parts(side),
      bestChange: null,
    },
  });
  const verdict = { verdict: "untested", sentence } as const;
  const choice = (own: "both" | "query"): Choice => ({
    ...parts(own),
    adapter: makeAdapter(parts(own), metricSides(spread, { ...mild, side: own }), verdict),
  });
  const identity = { method: "identity", side: "query", parameters: {} } as const;
  return {
    ...common,
    sentence,
    adapter: makeAdapter(identity, untouchedSides, verdict),
    best: choice(side),
    bestQueryOnly: choice("query"),
    ...{
      peerGain: null,
      queryOnlyDifference: null,
      forms: [],
      otherClaim: null,
      labelsNeeded: labelsToSettle,
    },
    ...{ labelsLookUnrelated: false, figures: {}, cosines: null, table: [], questions: [] },
    ...recordEngine(),
  };
}
