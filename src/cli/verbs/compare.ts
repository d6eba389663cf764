import { buildCommand } from "@stricli/core";
import { engineFlag, onChosenEngine } from "../engine.js";
import type { CompareFlags } from "../evaluate/compare.js";
import {
  commonFlags,
  loadWork,
  optionalFile,
  parseDepths,
  parseLevel,
  type VerbContext,
} from "../verb.js";
import { depthFlag, levelFlag, vectorFlags } from "./vector-flags.js";

export const compareVerb = buildCommand<
  CompareFlags,
  [first: string, second?: string],
  VerbContext
>({
  loader: loadWork(async () =>
    onChosenEngine(
      (await import("../evaluate/compare.js")).compare,
      ({ queryVectors }) => queryVectors !== undefined,
    ),
  ),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, placeholder: "FIRST", brief: "A TREC run, or an adapter" },
        optionalFile(
          "SECOND",
          "Another one; one adapter alone is compared with the untouched vectors",
        ),
      ],
    },
    flags: {
      ...vectorFlags,
      metric: {
        kind: "parsed",
        parse: String,
        brief: "The figure that decides; choose it before looking",
        placeholder: "name",
        default: "mrr",
      },
      depths: { ...depthFlag, parse: parseDepths },
      level: { ...levelFlag, parse: parseLevel },
      seed: {
        kind: "parsed",
        parse: String,
        brief: "Of the resampling",
        placeholder: "seed",
        default: "1",
      },
      engine: engineFlag,
      ...commonFlags,
    },
    aliases: { k: "depths" },
  },
  docs: {
    brief: "Say whether a second run or adapter is better than a first",
    customUsage: [
      "FIRST SECOND --qrels QRELS",
      "[FIRST] SECOND --query-vectors Q.npy --corpus-vectors P.npy --qrels QRELS",
    ],
    fullDescription: `Say whether a second run or adapter finds better than a first, by how much, and how sure that is: question by
question, with a bootstrap interval and a permutation test.

EXAMPLES
  embedtune compare before.trec after.trec --qrels qrels.txt
  embedtune compare adapter.safetensors --query-vectors q.npy --corpus-vectors p.npy --qrels qrels.txt`,
  },
});
