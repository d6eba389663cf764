import type { Choice, Decision, Gain, Verdict } from "./decision.js";
import {
  count,
  figure,
  fromTo,
  interval,
  methodName,
  metricName,
  movement,
  subject,
} from "./words.js";
import type { FormName } from "../forms/form.js";
import type { RankMetric } from "../ranking/outcomes.js";
import type { Forecast } from "./labels-needed.js";

/** What the sentence is made of. */
export type SentenceParts = Pick<
  Decision,
  "verdict" | "claim" | "metric" | "labels" | "corpus" | "peerGain" | "labelsLookUnrelated"
> & {
  /** The labels that would show a gain, and that gain; `null` where none worth having is in sight. */
  readonly foreseen: Forecast | null;
  readonly best: Omit<Choice, "adapter">;
  /** The interval of the best candidate other than the identity; `null` where there is none. */
  readonly bestChange: Gain | null;
  /** The metric before and after; `null` where nothing was measured. */
  readonly before: number | null;
  readonly after: number | null;
  /** Questions judged. */
  readonly judged: number;
  /** What speaks against a gain whose intervals lie above zero; `null` where nothing does, or where they do not. */
  readonly doubt: string | null;
  /** Questions with a near copy beside their right passage; 0 where they are few. */
  readonly copies: number;
  /** Why nothing was tested, where nothing was. */
  readonly reason?: string;
  /** Families that there was no time for. */
  readonly skipped: readonly string[];
};

/** The verdict in words: made here, and printed as it is wherever a verdict stands. */
export function sentenceOf(parts: SentenceParts): string {
  const notes = [
    ...(parts.labelsLookUnrelated ? [unrelated] : []),
    ...(parts.copies === 0 ? [] : [copied(parts.copies)]),
    ...(parts.skipped.length === 0
      ? []
      : [`Not tried for lack of time: ${parts.skipped.join(", ")}.`]),
  ];
  return [`${parts.verdict}: ${main(parts)}`, ...notes].join(" ");
}

/** Also of a verdict that finds a gain: what it may be made of. */
const copied = (questions: number): string =>
  `Beside the right passage of ${count(questions, "question")} stands one that nearly equals it, and telling the two apart may look like a gain: let pairs name the corpus's own passages.`;

const unrelated =
  "The right passages rank as if drawn at random: these labels look unrelated to these passages.";

/** Labels that would settle a gain of .05 MRR, as the paired spread of questions on public sets has it. */
export const labelsToSettle = 100;
const settle = "settle a gain of 0.05 MRR, six times as many one of 0.02.";

/** The verdict in words on an adapter that was fitted from sums. */
export function statisticsSentence(pairs: number): string {
  return (
    `untested: fitted from sums over ${count(pairs, "matching pair")}, which hold no question to judge by; ` +
    `about ${labelsToSettle} labelled questions that are not among them would ${settle}`
  );
}

/** What the sentence about a form is made of. */
export interface FormParts {
  readonly verdict: Verdict;
  readonly metric: RankMetric;
  readonly form: FormName;
  /** The map that it stands on. */
  readonly map: Pick<Choice, "method" | "side">;
  readonly expected: Gain;
  readonly overBest: Gain;
  readonly labelsLookUnrelated: boolean;
  /** The same for questions about passages nobody has asked about; `null` where it was not measured. */
  readonly elsewhere: Gain | null;
  readonly before: number;
  readonly after: number;
  readonly judged: number;
}

/** The verdict on a form in words. */
export function formSentence(parts: FormParts): string {
  const { verdict, form, map, overBest, elsewhere, judged } = parts;
  const on = map.method === "identity" ? "the untouched embedding" : methodName(map);
  const sentence =
    `${verdict}: for new questions about known passages, ${form} on top of ${on} ` +
    `${fromTo(["raise", "lower", "leave"], parts, parts.expected)}, which is ${interval(overBest)} against the best map alone ` +
    `(${count(judged, "question")} judged out of fold); ` +
    (elsewhere === null
      ? "questions about passages nobody has asked about were not measured."
      : `questions about passages nobody has asked about change by ${interval(elsewhere)}.`);
  return parts.labelsLookUnrelated ? `${sentence} ${unrelated}` : sentence;
}

/** What the sentence about a finished adapter is made of. */
export interface JudgementParts {
  readonly verdict: Verdict;
  readonly metric: string;
  readonly gain: Gain;
  readonly before: number;
  readonly after: number;
  readonly questions: number;
  readonly passages: number;
  /** What found the passages that were compared, where those were not all. */
  readonly candidates?: { readonly name: string; readonly count: number } | undefined;
  readonly labelsLookUnrelated: boolean;
}

/** The verdict on a finished adapter in words. */
export function judgementSentence(parts: JudgementParts): string {
  const { verdict, questions, passages, candidates } = parts;
  const approximate =
    candidates === undefined
      ? ""
      : `, of which each question was compared with ${candidates.count} that ${candidates.name} found: ranks beyond them are not exact`;
  const sentence =
    `${verdict}: for the questions given, the adapter ${fromTo(["moves", "moves", "leaves"], parts, parts.gain)} ` +
    `(${count(questions, "question")} against ${count(passages, "passage")}${approximate}).`;
  return parts.labelsLookUnrelated ? `${sentence} ${unrelated}` : sentence;
}

function main(parts: SentenceParts): string {
  const { verdict, claim, best, bestChange, peerGain, labels, foreseen } = parts;
  const { expected } = best;
  if (verdict === "untested" || claim === null || expected === null) {
    return (
      `${parts.reason ?? "nothing was tested"}, so the embedding stays as it is; ` +
      `about ${labelsToSettle} labelled questions would ${settle}`
    );
  }
  const judged = `${count(parts.judged, "question")} judged out of fold against ${count(parts.corpus.rows, "passage")}`;
  const about = subject(claim);
  const metric = metricName(parts.metric);
  const change = methodName(best);
  if (verdict === "use it") {
    return (
      `for ${about}, ${change} raises ${metric} from ${figure(parts.before)} to ${figure(parts.after)}, ` +
      `by ${interval(expected)} (${judged}).`
    );
  }
  if (verdict === "leave it" && bestChange !== null) {
    return `for ${about}, every change that was tried lowers ${metric}, the best by ${interval(bestChange)} (${judged}).`;
  }
  const more =
    foreseen === null
      ? "a gain worth having is not in sight"
      : `about ${count(foreseen.labels, "labelled question")} would show a gain of ${figure(foreseen.gain)} (there are ${labels.questions})`;
  const result =
    best.method === "identity"
      ? `no change that was tried does better than the untouched embedding (${metric} ${figure(parts.before)})`
      : `the best change, ${change}, ${movement(parts.metric, expected, parts.before)}`;
  // Where the gain is above zero and yet not shown, one wants to know why.
  const among =
    expected.low > 0 && peerGain !== null
      ? `, and by ${interval(peerGain)} among passages that were learnt from alike`
      : "";
  const doubt = parts.doubt === null ? "" : `, but ${parts.doubt}`;
  return `for ${about}, ${result}${among}${doubt}; ${more} (${judged}).`;
}
