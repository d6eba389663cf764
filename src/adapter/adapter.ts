import type { Calibration } from "../evaluate/pairs/calibration/calibration.js";
import type { Matrix } from "../math/matrix.js";

/**
 * A d × d map that differs from the identity in few directions: x ↦ x + (x · left) · right, with left d × r and
 * right r × d. It costs 2·d·r where a dense matrix costs d².
 */
export interface LowRankUpdate {
  /** d × r. */
  readonly left: Matrix;
  /** r × d. */
  readonly right: Matrix;
}

/**
 * The affine map of one side: y = (x - center) · weights, x being scaled to length 1 first (the cosine ignores length,
 * and so must what is learnt from it).
 */
export interface AdapterSide {
  /** Subtracted first, length d; `null` for none. */
  readonly center: Float32Array | null;
  /** d × k; `null` for the identity. */
  readonly weights: Matrix | null;
  /** In place of `weights`, which is then `null`: identity plus low rank. */
  readonly lowRank?: LowRankUpdate | null;
}

/** What an adapter was made for and from; written to its file and checked when it is applied. */
export interface AdapterMetadata {
  /** The {@link Embedder.id} of the vectors it was fitted on; `null` when unknown. */
  readonly embedder: string | null;
  /** How it was fitted, e.g. `"rca"`. */
  readonly method: string;
  /**
   * Which side is changed: "query" leaves the passages, and so an indexed corpus, as they are. Every fit says so; left out
   * only by adapters that were put together by hand.
   */
  readonly side?: "query" | "both";
  /** The hyper-parameters it was fitted at, by name, e.g. `{ lambda: 0.1, power: 0.5 }`. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Digest of the training pairs. */
  readonly trainingData?: string;
  /** Figures measured when it was fitted, by name. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Cosine above which an adapted query and passage count as a match, fitted on data the adapter was not fitted on. */
  readonly threshold?: number;
  /** What the cosine of an adapted query and passage means as a probability of a match, likewise. */
  readonly calibration?: Calibration;
  /** The word that the judge had for it. */
  readonly verdict?: string;
  /** The verdict in words, with what it rests on. */
  readonly sentence?: string;
  /** What it was judged together with: verdict and sentence are then about both, and say nothing about the map alone. */
  readonly form?: "moved passages" | "known questions";
  /**
   * Id of another embedder, among whose vectors the results belong: that of an index which `fitBridge` keeps. Left out where
   * results are compared with each other.
   */
  readonly target?: string;
  /** The id of what multiplied in the fit, where it was not the built-in kernel: its last bits are those of one machine. */
  readonly engine?: string;
  /** ISO 8601. Left out by fits, so that equal fits are equal. */
  readonly created?: string;
}

/**
 * A customised embedding: one affine map for queries, one for passages. Compare adapted vectors by cosine.
 * An adapter whose passage side is the identity leaves an indexed corpus as it is.
 */
export interface Adapter {
  readonly inputDimensions: number;
  readonly outputDimensions: number;
  readonly query: AdapterSide;
  readonly passage: AdapterSide;
  readonly metadata: AdapterMetadata;
}
