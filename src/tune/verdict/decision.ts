import type { Adapter } from "../../adapter/adapter.js";
import type { ClaimName } from "../claims/claims.js";
import type { Matrix } from "../../math/matrix.js";
import type { Move } from "../../adapter/answered/move.js";
import type { VoteSettings } from "../../adapter/answered/votes.js";
import type { FormName } from "../forms/form.js";
import type { RankMetric } from "../ranking/outcomes.js";

/**
 * "use it": the gain's interval lies above zero, a permutation test agrees, the gain is worth having, and there are
 * twenty groups or more. "leave it": the whole interval of the best change lies below zero. "not shown": all else.
 * "untested": there was no label to judge by.
 */
export type Verdict = "use it" | "leave it" | "not shown" | "untested";

/** A difference to the untouched embedding, with its 95 % interval. */
export interface Gain {
  readonly gain: number;
  readonly low: number;
  readonly high: number;
}

/** A figure before and after, over the judged questions. */
export interface GainOf extends Gain {
  readonly before: number;
  readonly after: number;
}

/** A candidate fitted on all pairs. */
export interface Choice {
  readonly adapter: Adapter;
  readonly method: string;
  readonly side: "both" | "query";
  readonly parameters: Readonly<Record<string, number>>;
  /** The gain to expect of choosing this way, in the metric; `null` where nothing was measured. */
  readonly expected: Gain | null;
}

/** How well one cosine tells matches from non-matches, out of fold. */
export interface PairFigures {
  readonly rocAuc: number;
  /** At the threshold that is best on these pairs. */
  readonly accuracy: number;
  readonly threshold: number;
  /** The accuracy of calling everything by the larger class. */
  readonly baseRate: number;
}

/** Cosines before and after, against wrong passages that neither side picked for the other. */
export interface CosineFigures {
  /** Against each method's own two nearest wrong passages. */
  readonly nearestWrong: { readonly before: PairFigures; readonly after: PairFigures } | null;
  /** Against two wrong passages drawn at random, the same before and after. */
  readonly randomWrong: { readonly before: PairFigures; readonly after: PairFigures } | null;
}

/** A line of the table of candidates. */
export interface DecisionRow {
  readonly method: string;
  readonly side: "both" | "query";
  readonly parameters: Readonly<Record<string, number>>;
  /** The metric out of fold; `null` where it was not measured to the end. */
  readonly figure: number | null;
  /** Against the untouched embedding, of this candidate alone: the best of many such is flattered by the choice. */
  readonly gain: Gain | null;
  readonly seconds: number;
  /** Why there is no figure: it trailed clearly after the first fold, or there was no time. */
  readonly skipped: "trailing" | "time" | null;
}

/** What the other claim looks like under the same kind of map, measured in three folds at most. */
export interface OtherClaim {
  readonly claim: ClaimName;
  readonly questions: number;
  /** The metric of the untouched embedding. */
  readonly untouched: number;
  /** The candidate that the verdict is about, fitted and judged under this claim. */
  readonly chosen: Gain | null;
  /** What is served beside a map, where its map was fitted here too. */
  readonly forms: readonly { readonly name: FormName; readonly gain: Gain }[];
  /** The closed form that does best under this claim, flattered by having been picked. */
  readonly bestClosedForm: { readonly method: string; readonly gain: Gain } | null;
}

/**
 * What can be served beside a map where passages have answered questions, with a verdict of its own: passages moved toward
 * their questions, or known questions that vote for their passages. It helps known passages alone.
 */
export interface FormDecision {
  readonly name: FormName;
  readonly verdict: Exclude<Verdict, "untested">;
  readonly sentence: string;
  /** The map it stands on, fitted on all pairs; where it is the identity, an index changes in the moved rows alone. */
  readonly adapter: Adapter;
  /** Of the map. */
  readonly method: string;
  readonly side: "both" | "query";
  readonly parameters: Readonly<Record<string, number>>;
  /** How passages are moved; `null` of known questions. */
  readonly move: Move | null;
  /** How known questions vote; `null` of moved passages. */
  readonly votes: VoteSettings | null;
  /** The gain to expect of choosing this form this way, in the metric, against the untouched embedding. */
  readonly expected: Gain;
  /** The same among peers, as {@link Decision.peerGain}. */
  readonly peerGain: Gain;
  /** This form less `best` alone. */
  readonly overBest: Gain;
  /** Where passages stand, in the space after the map: rows of the corpus and a vector of length 1 for each. */
  readonly moved: { readonly rows: Uint32Array; readonly vectors: Matrix } | null;
}

/** What stood nearest to a question. */
export interface NearestPassages {
  /** The right passage that stands first among the right ones: its row, and its cosine. */
  readonly right: number;
  readonly rightCosine: number;
  /** The wrong passage that stands first among the wrong ones; `null` where there is none. */
  readonly wrong: number | null;
  readonly wrongCosine: number | null;
}

/** What became of a judged question. */
export interface QuestionOutcome {
  /** Of the table of queries. */
  readonly row: number;
  /** The rank of the first right passage, from 1, under the untouched embedding. */
  readonly before: number;
  /** The same under what the other folds chose. */
  readonly after: number;
  /**
   * The best rank that any candidate gave it out of fold, the untouched embedding included, among the passages that
   * candidates were chosen by: far down, the label is worth another look.
   */
  readonly bestOfAll: number;
  readonly nearest: { readonly before: NearestPassages; readonly after: NearestPassages };
}

/** What to do with an embedding, why, and what it rests on. Plain data. */
export interface Decision {
  readonly verdict: Verdict;
  /** What is claimed; `null` where nothing could be tested. */
  readonly claim: ClaimName | null;
  /** The verdict in words: the same wherever it is printed. */
  readonly sentence: string;
  readonly metric: RankMetric;
  /** What to apply: `best` where the verdict is "use it", else the identity. */
  readonly adapter: Adapter;
  readonly best: Choice;
  /** The best that leaves passages as they are. */
  readonly bestQueryOnly: Choice;
  /**
   * The gain of `best` among peers: the passages that a fold's fit learnt from just as it did from the right one, or did
   * not. A fit moves what it learnt from otherwise than the rest, whatever the labels say: on noise that alone can look
   * like a gain against the whole corpus, and so "use it" asks for one among peers, too. `null` where nothing was measured.
   */
  readonly peerGain: Gain | null;
  /** What not indexing again costs: bestQueryOnly less best, in the metric; `null` where nothing was measured. */
  readonly queryOnlyDifference: Gain | null;
  readonly otherClaim: OtherClaim | null;
  /** The best of each form that can be served beside a map; empty where new passages are claimed or nothing was measured. */
  readonly forms: readonly FormDecision[];
  /**
   * About how many labels would show the gain: those there are where it is shown; `null` where it is too small to be
   * worth having.
   */
  readonly labelsNeeded: number | null;
  /** Right passages rank as if drawn at random, before and after: the labels look unrelated to the passages. */
  readonly labelsLookUnrelated: boolean;
  readonly labels: { readonly pairs: number; readonly questions: number; readonly groups: number };
  readonly corpus: {
    /** Rows of the corpus. */
    readonly rows: number;
    /** Of those, the ones that candidates were chosen by. */
    readonly judged: number;
    /** Judged questions that stand in the corpus themselves and took no rank there; left out where there are none. */
    readonly ownPassages?: number;
  };
  /**
   * By name: "mrr", "recall@1", "recall@10", "ndcg@10" and the metric; empty where nothing was measured. The metric's gain
   * is that of `best.expected`.
   */
  readonly figures: Readonly<Record<string, GainOf>>;
  readonly cosines: CosineFigures | null;
  readonly table: readonly DecisionRow[];
  /** Judged questions out of fold. */
  readonly questions: readonly QuestionOutcome[];
  /** The id of what multiplied, where it was not the built-in kernel. */
  readonly engine?: string;
}
