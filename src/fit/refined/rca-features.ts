import type { AdapterSide } from "../../adapter/adapter.js";
import { applySide } from "../../adapter/apply.js";
import type { Matrix } from "../../math/matrix.js";
import type { Parameters } from "../families/family.js";
import { rcaScales } from "../families/rca-family.js";
import type { RcaSpectrum } from "../families/rca-spectrum.js";
import { spectralMap } from "../spectral/spectral-map.js";
import type { FeatureRows } from "./refined-space.js";

/** An RCA at one point. */
export interface RcaFeatures extends RcaSpectrum {
  /** The factors of W per direction of the basis. */
  readonly scales: Float64Array;
  /** W. */
  readonly map: Pick<AdapterSide, "weights" | "lowRank">;
}

/** RCA at a point, from what all points share. */
export function featuresOf(fit: RcaSpectrum, point: Parameters): RcaFeatures {
  const scales = rcaScales(fit.basis, point);
  return { ...fit, scales, map: spectralMap(fit.basis.vectors, scales) };
}

/** Queries and passages as an RCA maps them. */
export function rowsOf(
  { pairs, map }: RcaFeatures,
  { queries, passages }: { readonly queries: Matrix; readonly passages: Matrix },
): FeatureRows {
  const { queryCenter, passageCenter } = pairs;
  return {
    query: applySide({ center: queryCenter, ...map }, queries),
    passage: applySide({ center: passageCenter, ...map }, passages),
  };
}
