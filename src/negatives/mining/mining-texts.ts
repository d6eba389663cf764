import type { Pair } from "../../data/types.js";
import { knownPositives } from "../known-positives.js";
import { compareTexts } from "../compare-texts.js";

/** Texts to embed, each once. */
export interface MiningTexts {
  readonly queries: readonly string[];
  /** The corpus, then the positives that are not in it. */
  readonly passages: readonly string[];
}

export interface MiningTextsOptions {
  /** Passages to mine beside the positives. @default none: the positives of other queries are mined */
  readonly corpus?: Iterable<string> | undefined;
  /** Sorts the texts, so that even equal scores are resolved alike in whatever order the input comes. @default false */
  readonly sorted?: boolean | undefined;
}

/** The distinct queries and passages that mining over the given positive pairs needs an index of. */
export function miningTexts(
  positives: Iterable<Pair>,
  { corpus = [], sorted = false }: MiningTextsOptions = {},
): MiningTexts {
  const queries = new Set<string>();
  const passages = new Set<string>(corpus);
  for (const { query, texts } of knownPositives(positives).values()) {
    queries.add(query);
    for (const passage of texts.values()) passages.add(passage);
  }
  return sorted
    ? { queries: [...queries].sort(compareTexts), passages: [...passages].sort(compareTexts) }
    : { queries: [...queries], passages: [...passages] };
}
