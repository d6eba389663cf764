import type { AdapterSide } from "../../adapter/adapter.js";
import { identitySide } from "../../adapter/identity-side.js";
import { subtractFromRows } from "../../math/elementwise.js";
import type { Matrix } from "../../math/matrix.js";
import { blendedScales, type SpectralBasis } from "../spectral/spectral-basis.js";
import { spectralMap } from "../spectral/spectral-map.js";
import { spectralScorer, type SideExponents } from "../spectral/spectral-scorer.js";
import type { Family, FittedFamily, Parameters, Sides } from "./family.js";
import { rcaSpectrum } from "./rca-spectrum.js";

/** Values to try; every combination is a point. */
export interface RcaGrid {
  /** λ in units of the mean eigenvalue of C. */
  readonly lambdas: readonly number[];
  /** The exponent a of W = (C + λI)^-a. */
  readonly powers: readonly number[];
  /** Weights of a mild metric beside that of λ and a ({@link blendedScales}); 0 is RCA itself. @default [0] */
  readonly blends?: readonly number[];
}

/** Every combination of λ, a and blend. */
export function rcaPoints({ lambdas, powers, blends = [0] }: RcaGrid): Parameters[] {
  return lambdas.flatMap((lambda) =>
    powers.flatMap((power) => blends.map((blend) => ({ lambda, power, blend }))),
  );
}

/** The factors of W at a point, per direction of the basis. */
export function rcaScales(
  basis: SpectralBasis,
  { lambda, power, blend }: Parameters,
): Float64Array {
  return blendedScales(basis, lambda, power, blend);
}

/** How often each side carries W: RCA on both sides, or folded into the queries. */
export const rcaExponents = {
  rca: { query: 1, passage: 1 },
  "query-rca": { query: 2, passage: 0 },
} as const satisfies Record<string, SideExponents>;

/** Means and eigenbasis: all of the pairs that the maps of RCA depend on. */
export interface CenteredBasis {
  readonly queryCenter: Float32Array;
  readonly passageCenter: Float32Array;
  readonly basis: SpectralBasis;
}

/** W^query on queries, W^passage on passages; a side that carries nothing is not centred either. */
export function rcaSides(
  { queryCenter, passageCenter, basis }: CenteredBasis,
  point: Parameters,
  { query, passage }: SideExponents,
): Sides {
  const scales = rcaScales(basis, point);
  const map = (exponent: number): Pick<AdapterSide, "weights" | "lowRank"> =>
    spectralMap(
      basis.vectors,
      scales.map((s) => s ** exponent),
    );
  const onQueries = map(query);
  // Equal maps are one object, so that they stay one when they are saved.
  const onPassages = passage === query ? onQueries : map(passage);
  return {
    query: { center: queryCenter, ...onQueries },
    passage: passage === 0 ? identitySide : { center: passageCenter, ...onPassages },
    outputDimensions: basis.vectors.rows,
  };
}

/** RCA on both sides, each centred. */
export function rcaFamily(grid: RcaGrid): Family {
  return spectralFamily("rca", grid);
}

/**
 * RCA folded into the query side: the metric (C + λI)^-2a is applied to queries alone, so that an indexed corpus stays
 * as it is. Queries are centred, passages are not.
 */
export function queryRcaFamily(grid: RcaGrid): Family {
  return spectralFamily("query-rca", grid);
}

function spectralFamily(name: keyof typeof rcaExponents, grid: RcaGrid): Family {
  const exponents: SideExponents = rcaExponents[name];
  return {
    name,
    points: rcaPoints(grid),
    fit(data, positives): FittedFamily {
      const { pairs, basis } = rcaSpectrum(data, positives);
      const { queryCenter, passageCenter } = pairs;
      const centered = (rows: Matrix, center: Float32Array, exponent: number): Matrix =>
        exponent === 0 ? rows : subtractFromRows(rows, center);
      return {
        sides: (point) => rcaSides({ queryCenter, passageCenter, basis }, point, exponents),
        scorer(queries, passages) {
          const score = spectralScorer(
            centered(queries, queryCenter, exponents.query),
            centered(passages, passageCenter, exponents.passage),
            basis.vectors,
            exponents,
          );
          return (point) => score(rcaScales(basis, point));
        },
      };
    },
  };
}
