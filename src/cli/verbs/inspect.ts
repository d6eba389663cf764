import { buildCommand } from "@stricli/core";
import type { InspectFlags } from "../inspect/inspect.js";
import { commonFlags, loadWork, type VerbContext } from "../verb.js";
import { pairColumnFlags } from "./pair-columns.js";

export const inspectVerb = buildCommand<InspectFlags, [path: string], VerbContext>({
  loader: loadWork(async () => (await import("../inspect/inspect.js")).inspect),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          placeholder: "PATH",
          brief: "An adapter, a file of pairs or of vectors, or the folder of a cache",
        },
      ],
    },
    flags: { ...pairColumnFlags, ...commonFlags },
  },
  docs: {
    brief: "Say what an adapter, a file of pairs or vectors, or a cache holds",
    customUsage: ["PATH [flags]"],
    fullDescription: `Say what stands in a file: of an adapter what it was made for and its verdict, of pairs how many and how often
repeated, of vectors their shape, of a cache its embedders. What the file is, its first bytes tell.

EXAMPLES
  embedtune inspect adapter.safetensors
  embedtune inspect pairs.csv --query-column question --passage-column answer
  embedtune inspect .embedtune/cache --json`,
  },
});
