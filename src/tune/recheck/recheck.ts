import type { Adapter } from "../../adapter/adapter.js";
import { checkAdapter } from "../../adapter/check.js";
import { layOutTexts } from "../../data/texts/text-tables.js";
import { trainingFingerprint } from "../../data/training-fingerprint.js";
import type { TuningData } from "../../data/tuning-data.js";
import { checkSameEmbedder } from "../../embed/same-embedder.js";
import type { Embedder } from "../../embed/embedder.js";
import { judgeAdapter } from "../judge-adapter.js";
import type { JudgeAdapterOptions, Judgement } from "../judgement.js";
import {
  checkEmbedder,
  embedTables,
  prepareEmbedder,
  type EmbeddingSetup,
} from "../texts/embed-tables.js";
import { labelTexts } from "../texts/label-texts.js";
import { labelsNeeded } from "../verdict/labels-needed.js";
import { labelsToSettle } from "../verdict/sentence.js";
import { count } from "../verdict/words.js";
import { measureDrift, type Drift } from "./drift.js";
import { leaveOutLearnt } from "./learnt-questions.js";
import type { KeptProbes } from "./probes.js";

export interface RecheckOptions extends JudgeAdapterOptions, EmbeddingSetup {
  readonly embedder: Embedder;
  /** What was kept when the adapter was made; without it nothing is said of the embedder. */
  readonly probes?: KeptProbes | undefined;
}

/** Whether an adapter in use still does what it was taken for. Plain data. */
export interface Recheck {
  /** On the fresh pairs; `null` where none was labelled 1. */
  readonly judgement: Judgement | null;
  /** `null` where no probes were given. */
  readonly drift: Drift | null;
  /** Whether the questions are those that the adapter was fitted on, on which any adapter looks good. */
  readonly fittedOnThese: boolean;
  /** Labelled questions that were left out because the adapter was fitted on them; 0 where no probes tell. */
  readonly learntQuestions: number;
  /** Labelled questions that were judged. */
  readonly questions: number;
  /** How many more would show a gain of the size that was measured; 0 where it is shown, `null` where none is in sight. */
  readonly questionsMissing: number | null;
  /** Whether enough questions have been answered since to fit again; `null` where no probes tell how many it was fitted on. */
  readonly refit: Refit | null;
  /** Whether there is reason to act: the judgement is "leave it", or the embedder has drifted. */
  readonly alarm: boolean;
  /** In words: the judgement's sentence, what the probes say, what is missing. */
  readonly sentences: readonly string[];
}

/** Whether to fit again: a rule of thumb, half as many questions again as were learnt from, and a hundred in all. */
export interface Refit {
  /** Questions that the adapter was fitted on. */
  readonly learntFrom: number;
  /** Labelled questions that it has not seen. */
  readonly since: number;
  /** How many more it takes; 0 where there are enough. */
  readonly missing: number;
}

/**
 * The day after: does the gain still hold on questions that have been answered since, does the embedder still give the
 * vectors that it gave, are there enough of these questions to fit again. Questions that the adapter was fitted on are left out
 * where the probes tell them.
 *
 * @param adapter The one in use.
 * @param data Fresh pairs, in any shape that `tune` takes: on those it was fitted on, any adapter looks good. The corpus
 *   belongs to them, and is where the probes' texts are looked for if they were not kept.
 * @throws RangeError where the embedder is not the one that the adapter, or the probes, were made with.
 */
export async function recheck(
  adapter: Adapter,
  data: TuningData,
  given: RecheckOptions,
): Promise<Recheck> {
  checkAdapter(adapter, "recheck");
  checkEmbedder((given as Partial<RecheckOptions> | undefined)?.embedder, "recheck");
  const { embedder, probes, cache, prefixes, ...options } = given;
  const laidOut = await layOutTexts(data, "recheck");
  const known = learntBy(adapter, probes);
  const { tables, learnt, questions: labelledQuestions } = await leaveOutLearnt(laidOut, known);
  const prepared = prepareEmbedder(embedder, { cache, prefixes });
  const { id } = prepared.embedder;
  const made = adapter.metadata.embedder;
  const place = "recheck: embedder";
  if (made !== null) {
    checkSameEmbedder(place, `the one that the adapter was made for, "${made}"`, id, made);
  }
  const probed = probes?.embedder ?? null;
  if (probed !== null) {
    checkSameEmbedder(place, `the one that the probes were made with, "${probed}"`, id, probed);
  }
  const { signal, onProgress, leastGain = 0.005 } = options;
  const drift =
    probes === undefined
      ? null
      : // The cache would give what it kept.
        await measureDrift(
          probes,
          prepareEmbedder(embedder, { prefixes }).embedder,
          tables.passages,
          {
            signal,
          },
        );
  let judgement: Judgement | null = null;
  let fittedOnThese = labelledQuestions > 0 && learnt === labelledQuestions;
  if (tables.pairs.label.includes(1)) {
    const { vectors } = await embedTables(tables, prepared, {
      ...{ estimate: null, tokenLimit: null, signal, onProgress },
    });
    const { data: labelled } = labelTexts(tables, vectors);
    judgement = await judgeAdapter(adapter, labelled, options);
    fittedOnThese ||= adapter.metadata.trainingData === trainingFingerprint(labelled);
  }
  const questions = judgement?.questions.length ?? 0;
  const questionsMissing = judgement === null ? null : missingOf(judgement, questions, leastGain);
  const learntQuestions = fittedOnThese ? 0 : learnt;
  const refit = known === null ? null : refitOf(known.length, labelledQuestions - learnt);
  return {
    ...{ judgement, drift, fittedOnThese, learntQuestions, questions, questionsMissing, refit },
    alarm: judgement?.verdict === "leave it" || drift?.drifted === true,
    sentences: [
      ...(fittedOnThese
        ? [
            "The adapter was fitted on these very questions, on which any adapter looks good: give pairs answered since.",
          ]
        : []),
      ...(learntQuestions === 0
        ? []
        : [
            `Of ${count(labelledQuestions, "question")} ${number(learntQuestions)} ${learntQuestions === 1 ? "was" : "were"} left out: the adapter was fitted on ${learntQuestions === 1 ? "it" : "them"}, where any adapter looks good.`,
          ]),
      ...judgementSentences(judgement, questionsMissing),
      ...(drift === null ? [] : [driftSentence(drift)]),
      ...(refit === null ? [] : [refitSentence(refit)]),
    ],
  };
}

/** Hashes of what the adapter was fitted on, unless the probes are those of another. */
export function learntBy(
  { metadata }: Adapter,
  probes: KeptProbes | undefined,
): readonly string[] | null {
  const { questions = null, trainingData = null } = probes ?? {};
  const other =
    trainingData !== null &&
    metadata.trainingData !== undefined &&
    metadata.trainingData !== trainingData;
  return other ? null : questions;
}

/** Labels pay by their logarithm: a few more change little; and fewer than a hundred in all settle little. */
function refitOf(learntFrom: number, since: number): Refit {
  const worth = Math.max(Math.ceil(learntFrom / 2), labelsToSettle - learntFrom);
  return { learntFrom, since, missing: Math.max(0, worth - since) };
}

function refitSentence({ learntFrom, since, missing }: Refit): string {
  const seen = `${count(since, "question")} answered since, ${number(learntFrom)} learnt from`;
  return missing === 0
    ? `${seen}: enough to fit again, with all of them.`
    : `${seen}: ${number(missing)} more would be enough to fit again.`;
}

const number = (n: number): string => n.toLocaleString("en-US");

function missingOf(
  { verdict, gain }: Judgement,
  questions: number,
  leastGain: number,
): number | null {
  if (verdict === "use it") return 0;
  const needed = labelsNeeded(gain, questions, questions, leastGain);
  return needed === null ? null : Math.max(0, needed - questions);
}

function judgementSentences(judgement: Judgement | null, missing: number | null): string[] {
  if (judgement === null)
    return ["untested: no fresh pair is labelled 1, so nothing says whether the gain still holds."];
  const more =
    judgement.verdict !== "not shown"
      ? []
      : missing === null
        ? ["A gain worth having is not in sight on these questions."]
        : [`About ${number(missing)} more questions would show a gain of this size.`];
  return [judgement.sentence, ...more];
}

function driftSentence({ checked, lowest, drifted }: Drift): string {
  if (checked === 0) {
    return "The embedder was not checked: none of the kept passages is in the corpus given.";
  }
  if (lowest === null) {
    return "The embedder has changed: its vectors have another length than those kept, so fit again and index again.";
  }
  const seen = `the lowest cosine of ${checked} kept passages to their vectors now is ${lowest.toFixed(4)}`;
  return drifted
    ? `The embedder has changed: ${seen}, so fit again and index again.`
    : `The embedder gives the same vectors: ${seen}.`;
}
