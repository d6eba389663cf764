import { buildCommand } from "@stricli/core";
import { engineFlag, onChosenEngine } from "../engine.js";
import type { CheckFlags } from "../tuning/check.js";
import {
  commonFlags,
  fileFlag,
  loadWork,
  seedFlag,
  switchFlag,
  textFlag,
  type VerbContext,
} from "../verb.js";
import { embedderBrief, embedderFlags } from "./embedder-flags.js";
import { textFileFlags } from "./text-file-flags.js";

export const checkVerb = buildCommand<CheckFlags, string[], VerbContext>({
  loader: loadWork(async () => onChosenEngine((await import("../tuning/check.js")).check)),
  parameters: {
    positional: {
      kind: "array",
      minimum: 2,
      parameter: {
        parse: String,
        placeholder: "FILE",
        brief: "The adapter, then fresh pairs as tune reads them",
      },
    },
    flags: {
      embedder: textFlag(embedderBrief, "name"),
      corpus: fileFlag("The passages to search beside those of the pairs"),
      probes: fileFlag(
        "What tune kept of the passages; probes.safetensors beside the adapter without this",
      ),
      questions: switchFlag("With --json, also what became of each question"),
      seed: seedFlag,
      ...textFileFlags,
      ...embedderFlags,
      engine: engineFlag,
      ...commonFlags,
    },
  },
  docs: {
    brief: "See whether an adapter in use still does what it was taken for",
    customUsage: ["ADAPTER PAIRS --embedder NAME [--corpus FILE] [flags]"],
    fullDescription: `See whether an adapter in use still does what it was taken for: judges it on questions answered since, and embeds the
passages that tune kept as probes again, to see whether the embedder still gives the same vectors. Questions that the adapter
was fitted on are left out, and it says whether there are enough others to fit again. Exit code 3 where the adapter does harm
or the embedder has changed; where nothing is shown yet, it says how many questions are missing.

EXAMPLES
  embedtune check tuned/adapter.safetensors answered-since.csv --embedder openai:text-embedding-3-small --max-cost 0.1`,
  },
});
