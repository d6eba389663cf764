import type { Embedder } from "../embedder.js";

/** What some embedders heed beside the signal. */
export interface NoMoreOptions {
  /** Begin no further request; what is on its way is paid for, and may arrive. */
  readonly noMore?: AbortSignal | undefined;
}

const heeding = /* @__PURE__ */ new WeakSet<object>();

/** Marks an `embedBatches` that heeds `noMore`: one that does not would go on to the end of the job. */
export function heedsNoMore<EmbedBatches extends NonNullable<Embedder["embedBatches"]>>(
  embedBatches: EmbedBatches,
): EmbedBatches {
  heeding.add(embedBatches);
  return embedBatches;
}

/** Whether an embedder's own batches can be ended so. */
export function canEndSoftly({ embedBatches }: Pick<Embedder, "embedBatches">): boolean {
  return heeding.has(embedBatches as object);
}
