import { buildCommand } from "@stricli/core";
import type { EmbedFlags } from "../embedding/embed.js";
import { commonFlags, fileFlag, loadWork, type VerbContext } from "../verb.js";
import { embedderBrief, embedderFlags, sideFlag } from "./embedder-flags.js";
import { textFileFlags } from "./text-file-flags.js";

export const embedVerb = buildCommand<EmbedFlags, [file: string], VerbContext>({
  loader: loadWork(async () => (await import("../embedding/embed.js")).embed),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          placeholder: "TEXTS",
          brief:
            "Texts: a line each, or JSON lines, JSON, CSV, TSV or parquet; - reads standard input",
        },
      ],
    },
    flags: {
      embedder: { kind: "parsed", parse: String, brief: embedderBrief, placeholder: "name" },
      out: fileFlag(
        "Where vectors go: .npy, or .jsonl or .parquet to keep the other columns; - prints JSON lines",
      ),
      column: {
        kind: "parsed",
        parse: String,
        brief: "The column or field to embed",
        placeholder: "name",
        default: "text",
      },
      format: textFileFlags.format,
      side: { ...sideFlag, default: "passage" },
      ...embedderFlags,
      ...commonFlags,
    },
  },
  docs: {
    brief: "Embed a file of texts",
    customUsage: ["TEXTS --embedder NAME --out VECTORS [flags]"],
    fullDescription: `Embed a file of texts: row i of the vectors belongs to text i. What was embedded is kept in the cache; after an
interruption the same command goes on where it stopped. A service that costs money is asked only after a "y" or within
--max-cost. OPENAI_API_KEY is the key for openai:MODEL, OPENAI_BASE_URL another address for it; EMBEDTUNE_API_KEY is the
key for an address named here.

EXAMPLES
  embedtune embed passages.txt --embedder hashing --out passages.npy
  embedtune embed corpus.jsonl --column text --embedder openai:text-embedding-3-small --dry-run
  embedtune embed questions.csv --column question --side query --embedder ollama:nomic-embed-text \\
    --query-prefix "search_query: " --out questions.jsonl`,
  },
});
