import type { Adapter, AdapterMetadata } from "../adapter/adapter.js";
import { createAdapter } from "../adapter/create-adapter.js";
import { trainingFingerprint } from "../data/training-fingerprint.js";
import { preparePairs, type PreparedPairs, type TrainingPairs } from "../data/training-pairs.js";
import type { Family, Parameters } from "./families/family.js";

/** What an adapter knows beside how and from what it was fitted. */
export type MeasuredMetadata = Pick<AdapterMetadata, "embedder" | "metrics" | "threshold">;

/** Fits a family at one of its points to all pairs, as an adapter that says so. */
export function fitFamily(
  family: Family,
  point: Parameters,
  data: TrainingPairs,
  prepared: PreparedPairs,
  metadata: MeasuredMetadata,
): Adapter {
  return createAdapter({
    inputDimensions: prepared.queries.cols,
    ...family.fit(prepared, prepared.positives, prepared.negatives).sides(point),
    method: family.name,
    parameters: point,
    trainingData: trainingFingerprint(data),
    ...metadata,
  });
}

/**
 * Fits a family at the only point it has.
 *
 * @param caller The public function that was called, for errors.
 */
export function fitOnlyPoint(
  family: Family,
  data: TrainingPairs,
  embedder: string | null,
  caller: string,
): Adapter {
  return fitFamily(family, family.points[0], data, preparePairs(data, caller), { embedder });
}
