import type { Adapter } from "../../adapter/adapter.js";
import type { LongJobOptions } from "../../base/progress.js";
import type { Interval } from "../../evaluate/statistics/intervals.js";
import type { Vectors } from "./bridge-data.js";
import type { BridgeMethod, BridgePoint } from "./bridge-maps.js";

export interface BridgeOptions extends LongJobOptions {
  /**
   * Questions as they are asked, embedded with the new model, and with the old one too where it is at hand: at least 100 help.
   * They need no answers. Rows of both are the same questions. @default none
   */
  readonly queries?: { readonly new: Vectors; readonly old?: Vectors | undefined } | undefined;
  /** What to try. @default all four */
  readonly methods?: readonly BridgeMethod[] | undefined;
  /** Parts the texts are cut into; one is held out in turn. @default 5 */
  readonly folds?: number | undefined;
  /** Seed of the folds, the curve and the intervals. @default 1 */
  readonly seed?: string | number | undefined;
  /** Id of the new model, whose vectors the adapter takes. @default null */
  readonly newEmbedder?: string | null | undefined;
  /** Id of the old model, whose index is searched. @default null */
  readonly oldEmbedder?: string | null | undefined;
}

/** A mean over held-out rows. */
export interface BridgeFigure {
  readonly value: number;
  /** 95 %, by bootstrap over the rows. */
  readonly interval: Interval;
}

export interface BridgeCandidate extends BridgePoint {
  /**
   * Mean reciprocal rank of a held-out text's own old vector among all of its kind: what is chosen by.
   */
  readonly ownTextMrr: number;
  /** Of held-out rows with the new model's own ten neighbours. */
  readonly agreementAt10: number;
}

export interface BridgeCurvePoint {
  /** Texts that were fitted on, questions with old vectors among them. */
  readonly texts: number;
  readonly agreementAt10: number;
  readonly ownTextMrr: number;
}

/** A map from a new model's space into an old one's, and what it is worth there. Plain data. */
export interface Bridge {
  /**
   * Takes vectors of the new model among those of the old: the query side questions, the passage side texts that are added
   * later. `metadata.embedder` is the new model, `metadata.target` the old one.
   */
  readonly adapter: Adapter;
  readonly chosen: BridgePoint;
  /** Every point tried, the chosen one first. */
  readonly candidates: readonly BridgeCandidate[];
  /**
   * Share of the new model's own ten nearest held-out texts that a held-out question (a held-out text, where no questions are
   * given) finds among its ten in the old index of these texts.
   */
  readonly agreementAt10: BridgeFigure & {
    /** What asked. */
    readonly askers: "queries" | "texts";
    /** How many texts an asker's ten are among, on average: the more, the harder. */
    readonly among: number;
    /** What a map that knows nothing gives: ten of the texts that an asker's ten may be. */
    readonly chance: number;
  };
  readonly ownTextMrr: BridgeFigure;
  /** The chosen point fitted on fewer texts, each twice as many as before. */
  readonly curve: readonly BridgeCurvePoint[];
  /** Different texts that the adapter was fitted on. */
  readonly texts: number;
  /** All of it in words. */
  readonly sentence: string;
}
