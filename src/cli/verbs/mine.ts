import { buildCommand } from "@stricli/core";
import { engineFlag, onChosenEngine } from "../engine.js";
import { wrongUse } from "../failures.js";
import type { MineFlags } from "../mining/mine.js";
import {
  commonFlags,
  fileFlag,
  loadWork,
  numberFrom,
  parseCount,
  switchFlag,
  seedFlag,
  textFlag,
  type VerbContext,
} from "../verb.js";
import { embedderBrief, embedderFlags } from "./embedder-flags.js";
import { textFileFlags } from "./text-file-flags.js";

const parseMargin = numberFrom(
  "a share from 0 to 1, such as 0.05",
  (value) => value >= 0 && value < 1,
);

/** Two names, or three: the last is that of a pair's label. */
function parseColumns(text: string): readonly [string, string, string?] {
  const names = text.split(",").map((name) => name.trim());
  if (names.length < 2 || names.length > 3 || names.includes("")) {
    throw wrongUse(
      `must be two or three names, such as anchor,positive, received ${JSON.stringify(text)}`,
    );
  }
  return names as [string, string, string?];
}

export const mineVerb = buildCommand<MineFlags, [file: string], VerbContext>({
  loader: loadWork(async () =>
    onChosenEngine(
      (await import("../mining/mine.js")).mine,
      ({ embedder }) => embedder !== undefined,
    ),
  ),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          placeholder: "FILE",
          brief:
            "Pairs or triplets (JSON lines, CSV, TSV, JSON, parquet), DPR's JSON, a BEIR folder, or Natural Questions; - reads standard input",
        },
      ],
    },
    flags: {
      embedder: textFlag(embedderBrief, "name"),
      method: {
        kind: "enum",
        values: ["nearest", "bm25", "weak", "same-page"],
        brief:
          "Nearest by vectors, by words, any of other pages, or of the question's own page; nearest where there is an embedder, else bm25",
        optional: true,
      },
      as: {
        kind: "enum",
        values: ["pairs", "triplets", "tuples", "lists"],
        brief: "What is written",
        default: "pairs",
      },
      columns: {
        kind: "parsed",
        parse: parseColumns,
        brief:
          "Write columns as sentence-transformers names them: those of the question and of its passage, such as anchor,positive, and of a pair's label",
        placeholder: "names",
        optional: true,
      },
      out: {
        kind: "parsed",
        parse: String,
        brief: "Where it goes, as JSON lines or .parquet; - prints JSON lines",
        placeholder: "file",
        default: "-",
      },
      corpus: fileFlag("More passages to mine from: a file, or a folder of texts"),
      num: {
        kind: "parsed",
        parse: parseCount,
        brief: "Negatives for each question",
        placeholder: "count",
        default: "3",
      },
      relativeMargin: {
        kind: "parsed",
        parse: parseMargin,
        brief:
          "How much less than the right passage a negative must score, as a share of its score",
        placeholder: "share",
        default: "0.05",
      },
      excludeAnswers: switchFlag("Leave out passages that hold a short answer of the question"),
      seed: seedFlag,
      ...textFileFlags,
      ...embedderFlags,
      engine: engineFlag,
      ...commonFlags,
    },
  },
  docs: {
    brief: "Find hard negatives for pairs",
    customUsage: ["FILE [--embedder NAME] [--out NEGATIVES] [flags]"],
    fullDescription: `Find hard negatives: passages that look like an answer to a question and are none. Right answers, and what repeats
one, are never among them. Without --embedder passages are compared by their words (BM25).

EXAMPLES
  embedtune mine pairs.jsonl --out negatives.jsonl
  embedtune mine nq-dev.jsonl.gz --exclude-answers --embedder openai:text-embedding-3-small --as triplets --out triplets.jsonl`,
  },
});
