import { buildCommand } from "@stricli/core";
import type { InspectFlags } from "../inspect/inspect.js";
import { commonFlags, loadWork, type VerbContext } from "../verb.js";
import { textFileFlags } from "./text-file-flags.js";

export const inspectVerb = buildCommand<InspectFlags, [path: string], VerbContext>({
  loader: loadWork(async () => (await import("../inspect/inspect.js")).inspect),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          placeholder: "PATH",
          brief:
            "An adapter, the folder that tune wrote, a file or folder of texts, a file of vectors, or the folder of a cache",
        },
      ],
    },
    flags: { ...textFileFlags, ...commonFlags },
  },
  docs: {
    brief: "Say what an adapter, a file of texts or vectors, or a cache holds",
    customUsage: ["PATH [flags]"],
    fullDescription: `Say what stands in a file: of an adapter what it was made for and its verdict, of texts what they are read as, how many and
how often repeated, of vectors their shape, of a cache its embedders, of a folder that tune wrote the verdict and its files. What a file is,
its first bytes tell.

EXAMPLES
  embedtune inspect adapter.safetensors
  embedtune inspect pairs.csv --query-column question --passage-column answer
  embedtune inspect .embedtune/cache --json`,
  },
});
