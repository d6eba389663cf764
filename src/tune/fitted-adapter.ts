import type { Adapter } from "../adapter/adapter.js";
import { createAdapter } from "../adapter/create-adapter.js";
import type { FormName } from "./forms/form.js";
import type { Verdict } from "./verdict/decision.js";
import type { Candidate, Sides } from "./candidates/candidate.js";

/** What a decision writes into an adapter beside its maps. */
export interface JudgedMetadata {
  readonly verdict: Verdict;
  readonly sentence: string;
  /** What was judged together with the map. */
  readonly form?: FormName;
  /** Figures out of fold, by name. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** The cosine above which pairs count as matches, out of fold. */
  readonly threshold?: number;
}

/** Makes the adapter of a candidate's maps, with what all adapters of one call share. */
export type AdapterMaker = (candidate: Candidate, sides: Sides, judged: JudgedMetadata) => Adapter;

/** @param inputDimensions Length of the vectors. */
export function createAdapterMaker(
  inputDimensions: number,
  embedder: string | null,
  trainingData: string,
): AdapterMaker {
  return ({ method, parameters }, { query, passage }, judged) =>
    createAdapter({
      ...{ inputDimensions, query, passage, embedder, method, parameters, trainingData },
      ...judged,
    });
}
