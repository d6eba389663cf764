import { symmetricEigen } from "../../math/decompose/eigen.js";
import { addMatrices, subtractMatrices } from "../../math/elementwise.js";
import { transpose, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { polarFactor } from "../families/polar.js";
import { once } from "../families/remember.js";
import { firstColumns, scaleColumns, scaleMatrix } from "../matrix-layout.js";
import type { SpectralBasis } from "../spectral/spectral-basis.js";
import type { BridgeMoments } from "./bridge-moments.js";

/** Ways from one embedding into another; all are linear maps of centred vectors. */
export const bridgeMethods = ["procrustes", "whitened-procrustes", "ridge", "low-rank"] as const;
export type BridgeMethod = (typeof bridgeMethods)[number];

/** A method at a point of its grid. */
export interface BridgePoint {
  readonly method: BridgeMethod;
  readonly parameters: Readonly<Record<string, number>>;
}

/**
 * The grid. What it holds was chosen on the training questions of two sets, `npm run bench -- stack --only bridge`.
 *
 * @param rank The most that a map can have: the smaller of both dimensions.
 */
export function bridgePoints(methods: readonly BridgeMethod[], rank: number): BridgePoint[] {
  const grids: Readonly<Record<BridgeMethod, readonly Readonly<Record<string, number>>[]>> = {
    procrustes: [{}],
    "whitened-procrustes": [
      { lambda: 1, power: 0.25 },
      { lambda: 1, power: 0.5 },
      { lambda: 0.3, power: 0.25 },
    ],
    ridge: [{ mu: 0.3 }, { mu: 1 }, { mu: 3 }],
    "low-rank": [2, 4]
      .filter((part) => rank >= part)
      .map((part) => ({ mu: 0.1, rank: Math.round(rank / part) })),
  };
  return bridgeMethods
    .filter((method) => methods.includes(method))
    .flatMap((method) => grids[method].map((parameters) => ({ method, parameters })));
}

/** Gives the map at any point in the bases of the moments, rank of `from` × rank of `to`, at the scale of least squares. */
export function bridgeMaps(moments: BridgeMoments): (point: BridgePoint) => Matrix {
  const procrustes = once(() => toScale(moments, rotation(moments.cross)));
  return ({ method, parameters }) => {
    switch (method) {
      case "procrustes":
        return procrustes();
      case "whitened-procrustes":
        return whitened(moments, parameters.lambda, parameters.power);
      case "ridge":
        return ridgeToward(procrustes(), moments, parameters.mu);
      case "low-rank":
        return lowRank(moments, parameters.mu, parameters.rank);
    }
  };
}

/**
 * The rotation that brings whitened new vectors closest to whitened old ones, which are then given back their spread: what
 * both models spread little is heard beside what they spread widely. (S + λI)^∓a, λ in units of the mean eigenvalue; a = 0 is
 * Procrustes, a = ½ with λ = 0 rotates by the canonical correlations.
 */
function whitened({ from, to, cross }: BridgeMoments, lambda: number, power: number): Matrix {
  const powers = ({ values, meanValue }: SpectralBasis, exponent: number): Float64Array =>
    values.map((value) => (value / meanValue + lambda) ** exponent);
  const narrowed = powers(from, -power);
  const evened = scaleColumns(scaleRows(cross, narrowed), powers(to, -power));
  const widened = scaleColumns(rotation(evened), powers(to, power));
  return toScale({ from, to, cross }, scaleRows(widened, narrowed));
}

/** G minimising mean |xG - y|² + μ|G - R|², R the start. */
function ridgeToward(start: Matrix, { from, cross }: BridgeMoments, mu: number): Matrix {
  const unexplained = subtractMatrices(cross, scaleRows(start, from.values));
  return addMatrices(start, scaleRows(unexplained, shrinkage(from, mu)));
}

/** Ridge regression, then the directions in which its predictions spread most (Izenman, 1975). */
function lowRank({ from, cross }: BridgeMoments, mu: number, rank: number): Matrix {
  const full = scaleRows(cross, shrinkage(from, mu));
  const spread = multiply(full, scaleRows(full, from.values), { transposeA: true });
  const { vectors } = symmetricEigen(spread);
  const kept = firstColumns(vectors, Math.min(rank, vectors.cols));
  return multiply(multiply(full, kept), kept, { transposeB: true });
}

const shrinkage = ({ values, meanValue }: SpectralBasis, mu: number): Float64Array =>
  values.map((value) => 1 / (value + mu * meanValue));

/** The nearest map that changes no length: orthonormal columns, or rows where there are fewer of them. */
function rotation(matrix: Matrix): Matrix {
  return matrix.rows >= matrix.cols
    ? polarFactor(matrix)
    : transpose(polarFactor(transpose(matrix)));
}

/** The map times the factor that brings mapped vectors closest to the old ones; as it is where they are unrelated. */
function toScale({ from, cross }: BridgeMoments, map: Matrix): Matrix {
  let agreement = 0;
  let length = 0;
  for (let i = 0, at = 0; i < map.rows; i++) {
    for (let j = 0; j < map.cols; j++, at++) {
      agreement += map.data[at] * cross.data[at];
      length += from.values[i] * map.data[at] ** 2;
    }
  }
  return agreement > 0 ? scaleMatrix(map, agreement / length) : map;
}

function scaleRows({ rows, cols, data }: Matrix, factors: ArrayLike<number>): Matrix {
  return { rows, cols, data: data.map((value, at) => value * factors[Math.floor(at / cols)]) };
}
