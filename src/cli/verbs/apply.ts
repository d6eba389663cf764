import { buildCommand } from "@stricli/core";
import type { ApplyFlags } from "../apply/apply.js";
import { commonFlags, loadWork, type VerbContext } from "../verb.js";
import { sideFlag } from "./embedder-flags.js";

export const applyVerb = buildCommand<ApplyFlags, [adapter: string, vectors: string], VerbContext>({
  loader: loadWork(async () => (await import("../apply/apply.js")).apply),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, placeholder: "ADAPTER", brief: "An adapter, .safetensors" },
        {
          parse: String,
          placeholder: "VECTORS",
          brief: "Vectors: .npy, JSON lines or parquet; - reads standard input",
        },
      ],
    },
    flags: {
      side: {
        ...sideFlag,
        brief: `${sideFlag.brief}; needed unless it is the same`,
        optional: true,
      },
      out: {
        kind: "parsed",
        parse: String,
        brief:
          "Where the adapted vectors go: .npy, or .jsonl or .parquet to keep the other columns; - prints JSON lines",
        placeholder: "file",
      },
      column: {
        kind: "parsed",
        parse: String,
        brief: "The column of JSON lines or parquet that holds the vectors",
        placeholder: "name",
        default: "vector",
      },
      ...commonFlags,
    },
  },
  docs: {
    brief: "Adapt a file of vectors",
    customUsage: ["ADAPTER VECTORS --side query|passage --out FILE"],
    fullDescription: `Adapt a file of vectors, a block at a time, so that memory does not grow with the file; every result has length 1.
The output appears whole or not at all.

EXAMPLES
  embedtune apply adapter.safetensors passages.npy --side passage --out adapted.npy
  embedtune apply adapter.safetensors queries.parquet --column embedding --side query --out adapted.parquet`,
  },
});
