import { buildCommand } from "@stricli/core";
import { engineFlag, onChosenEngine } from "../engine.js";
import type { EvaluateFlags } from "../evaluate/evaluate.js";
import {
  commonFlags,
  fileFlag,
  loadWork,
  optionalFile,
  parseDepths,
  parseLevel,
  type VerbContext,
} from "../verb.js";
import { depthFlag, levelFlag, vectorFlags } from "./vector-flags.js";

export const evaluateVerb = buildCommand<EvaluateFlags, [file?: string], VerbContext>({
  loader: loadWork(async () =>
    onChosenEngine(
      (await import("../evaluate/evaluate.js")).evaluate,
      ({ queryVectors }) => queryVectors !== undefined,
    ),
  ),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        optionalFile(
          "FILE",
          "A TREC run (with --qrels), or scored pairs as JSON lines of score and label",
        ),
      ],
    },
    flags: {
      ...vectorFlags,
      adapter: fileFlag("Evaluate the vectors as this adapter makes them"),
      fit: fileFlag("Scored pairs to fit the threshold on, instead of the ones evaluated"),
      saveRun: fileFlag("Write the ranking of the vectors as a TREC run"),
      depths: { ...depthFlag, parse: parseDepths },
      level: { ...levelFlag, parse: parseLevel },
      engine: engineFlag,
      ...commonFlags,
    },
    aliases: { k: "depths" },
  },
  docs: {
    brief: "Measure a ranking, vectors or scored pairs against judgements",
    customUsage: [
      "FILE [--fit OTHER]",
      "FILE --qrels QRELS",
      "--query-vectors Q.npy --corpus-vectors P.npy --qrels QRELS [--adapter ADAPTER]",
    ],
    fullDescription: `Measure how well a ranking, vectors or scored pairs agree with judgements, each figure with its interval.

EXAMPLES
  embedtune evaluate run.trec --qrels qrels.txt
  embedtune evaluate --query-vectors q.npy --corpus-vectors p.npy --qrels qrels.txt --adapter adapter.safetensors
  embedtune evaluate test-scores.jsonl --fit train-scores.jsonl`,
  },
});
