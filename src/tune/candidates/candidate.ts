import type { AdapterSide } from "../../adapter/adapter.js";
import type { LongJobOptions } from "../../base/progress.js";
import type { IndexPairs } from "../../data/training-pairs.js";
import type { Matrix } from "../../math/matrix.js";

/** One way to customise the embedding: a method at a point of its grid. */
export interface Candidate {
  /** E.g. `"rca"`; written to the adapter. */
  readonly method: string;
  /** "query" leaves passages, and with them an index, exactly as they are. */
  readonly side: "both" | "query";
  readonly parameters: Readonly<Record<string, number>>;
  /** Taken before others about as good where labels are few: what is right most often, whatever the data. @default false */
  readonly favourite?: boolean | undefined;
}

/** The two maps of an adapter. */
export interface Sides {
  readonly query: AdapterSide;
  readonly passage: AdapterSide;
}

/** Candidates that one fit on some pairs serves: a method with its grid. */
export interface CandidateFamily {
  readonly name: string;
  readonly candidates: readonly Candidate[];
  /** Closed forms are judged under the other claim too; trained ones may be left out where time is short. */
  readonly kind: "closed form" | "trained";
  /** Whether there is nothing to learn without pairs labelled 0. @default false */
  readonly needsNegatives?: boolean | undefined;
  /** About how many multiplications the fit for `wanted` takes, to foresee its time. */
  cost(pairs: number, wanted: readonly number[]): number;
  /** Learns from pairs; only what `wanted` (positions among the candidates) needs. */
  fit(
    pairs: { readonly positives: IndexPairs; readonly negatives: IndexPairs },
    wanted: readonly number[],
    job: LongJobOptions,
  ): Promise<FittedCandidates>;
}

export interface FittedCandidates {
  sides(candidate: number): Sides;
  /** Cosines of unit rows, n × m, under any candidate that was wanted. */
  scorer(queries: Matrix, passages: Matrix): (candidate: number) => Matrix;
}

/** Only some candidates of a family. */
export function restricted(family: CandidateFamily, positions: readonly number[]): CandidateFamily {
  const outer = (wanted: readonly number[]): number[] => wanted.map((at) => positions[at]);
  return {
    name: family.name,
    kind: family.kind,
    needsNegatives: family.needsNegatives,
    candidates: positions.map((at) => family.candidates[at]),
    cost: (pairs, wanted) => family.cost(pairs, outer(wanted)),
    async fit(pairs, wanted, job) {
      const fitted = await family.fit(pairs, outer(wanted), job);
      return {
        sides: (at) => fitted.sides(positions[at]),
        scorer(queries, passages) {
          const score = fitted.scorer(queries, passages);
          return (at) => score(positions[at]);
        },
      };
    },
  };
}
