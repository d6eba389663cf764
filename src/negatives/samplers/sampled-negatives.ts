import type { Pair } from "../../data/types.js";
import type { DropCounts } from "../drop-counts.js";

/** What a sampler gives: pairs with label 0, and an account of what it left out. */
export interface SampledNegatives<Drop extends string> {
  readonly pairs: readonly Pair[];
  readonly counts: {
    /** `perPositive` for every positive. */
    readonly wanted: number;
    readonly sampled: number;
    readonly drops: DropCounts<Drop>;
  };
}
