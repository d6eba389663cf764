import type { AdapterSide } from "../../adapter/adapter.js";
import { applySide } from "../../adapter/apply.js";
import { addMatrices, subtractMatrices } from "../../math/elementwise.js";
import { createMatrix, identityMatrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { columnsFrom } from "../matrix-layout.js";
import { spectralMap } from "../spectral/spectral-map.js";
import type { RcaFeatures } from "./rca-features.js";
import type { FeatureSpace } from "./refined-space.js";
import type { Refinement } from "./refinement.js";

/**
 * RCA and refinement as one affine map: with W the RCA, V the subspace, S the side's own spare dimensions and R all spare
 * ones, ((x - c)·W + u·b·Vᵀ)·(I + V·D·Vᵀ + V·(I + D)·E·Sᵀ - R·Rᵀ), the shift being taken to the other side of W:
 * c - u·b·Vᵀ·W⁻¹ is the new centre.
 */
export function refineSide(
  { pairs, basis, scales, map }: RcaFeatures,
  space: FeatureSpace,
  refinement: Refinement,
  side: "query" | "passage",
): AdapterSide {
  const center = side === "query" ? pairs.queryCenter : pairs.passageCenter;
  const unit = side === "query" ? space.queryUnit : space.passageUnit;
  const { vectors, spare } = space;
  const { map: moves, shift, spread } = refinement[side];
  const rca = map.weights ?? applySide({ center: null, ...map }, identityMatrix(center.length));
  const inside = multiply(rca, vectors);
  const moved = multiply(inside, moves);
  const own = columnsFrom(spare, side === "query" ? 0 : spare.cols / 2, spread.cols);
  const weights = [
    multiply(moved, vectors, { transposeB: true }),
    multiply(multiply(addMatrices(inside, moved), spread), own, { transposeB: true }),
  ].reduce(
    (total, part) => addMatrices(total, part),
    subtractMatrices(rca, multiply(multiply(rca, spare), spare, { transposeB: true })),
  );
  const shifted = multiply(createMatrix(1, shift.length, Float32Array.from(shift)), vectors, {
    transposeB: true,
  });
  const inverse = spectralMap(
    basis.vectors,
    scales.map((s) => 1 / s),
  );
  const back = applySide({ center: null, ...inverse }, shifted);
  return { center: center.map((value, j) => value - unit * back.data[j]), weights };
}
