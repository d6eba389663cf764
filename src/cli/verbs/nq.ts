import { buildCommand } from "@stricli/core";
import type { NqFlags } from "../natural-questions/nq.js";
import { commonFlags, loadWork, parseCount, switchFlag, type VerbContext } from "../verb.js";

const countFlag = (brief: string) =>
  ({ kind: "parsed", parse: parseCount, brief, placeholder: "count", optional: true }) as const;

export const nqVerb = buildCommand<NqFlags, string[], VerbContext>({
  loader: loadWork(async () => (await import("../natural-questions/nq.js")).nq),
  parameters: {
    positional: {
      kind: "array",
      minimum: 1,
      parameter: {
        parse: String,
        placeholder: "FILE",
        brief:
          "Natural Questions: original or simplified JSON lines, compressed or not, a folder of them, or parquet; - reads standard input",
      },
    },
    flags: {
      out: {
        kind: "parsed",
        parse: String,
        brief: "Where the pairs go; - prints them",
        placeholder: "file",
        default: "-",
      },
      tokenized: switchFlag("Keep the spaces that tokenising left around punctuation"),
      limit: countFlag("Stop after so many questions"),
      sample: countFlag("Draw so many questions, each with the same chance"),
      seed: {
        kind: "parsed",
        parse: String,
        brief: "Of the draw",
        placeholder: "seed",
        default: "1",
      },
      ...commonFlags,
    },
  },
  docs: {
    brief: "Make pairs of Google's Natural Questions",
    customUsage: ["FILE... [--out PAIRS] [flags]"],
    fullDescription: `Make pairs of Google's Natural Questions: a JSON line for each question with each passage that its annotators chose,
{ query, passage, label, group, answers }; the group is the page, answers are the short ones.

EXAMPLES
  embedtune nq nq-train-00.jsonl.gz --out pairs.jsonl
  embedtune nq nq-dev/ --sample 1000 | head`,
  },
});
