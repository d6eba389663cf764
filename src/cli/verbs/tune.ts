import { buildCommand } from "@stricli/core";
import { engineFlag, onChosenEngine } from "../engine.js";
import { wrongUse } from "../failures.js";
import type { TuneFlags } from "../tuning/tune.js";
import {
  commonFlags,
  fileFlag,
  loadWork,
  numberFrom,
  seedFlag,
  textFlag,
  type VerbContext,
} from "../verb.js";
import { embedderBrief, embedderFlags } from "./embedder-flags.js";
import { textFileFlags } from "./text-file-flags.js";

const parseSeconds = numberFrom("seconds >= 0", (value) => value >= 0);

function parseMetric(text: string): string {
  if (/^(mrr|ndcg@10|recall@[1-9]\d*)$/.test(text)) return text;
  throw wrongUse(
    `must be mrr, ndcg@10 or recall@K such as recall@1, received ${JSON.stringify(text)}`,
  );
}

export const tuneVerb = buildCommand<TuneFlags, string[], VerbContext>({
  loader: loadWork(async () => onChosenEngine((await import("../tuning/tune.js")).tuneData)),
  parameters: {
    positional: {
      kind: "array",
      minimum: 1,
      parameter: {
        parse: String,
        placeholder: "DATA",
        brief:
          "Pairs or triplets (JSON lines, CSV, TSV, JSON, parquet), a BEIR folder, or passages alone; - reads standard input",
      },
    },
    flags: {
      corpus: fileFlag(
        "The passages to search beside those of the pairs: a file, or a folder of texts",
      ),
      embedder: textFlag(embedderBrief, "name"),
      queryVectors: fileFlag(
        "Vectors made beforehand, .npy: a row per pair, or per question of a BEIR folder",
      ),
      corpusVectors: fileFlag(
        "Vectors made beforehand, .npy: a row per passage of the corpus, else per pair",
      ),
      out: {
        kind: "parsed",
        parse: String,
        brief: "Folder for the adapters, the figures, the questions and the report",
        placeholder: "folder",
        default: "tuned",
      },
      side: {
        kind: "enum",
        values: ["both", "query"],
        brief: "query tries only what leaves an index as it is",
        default: "both",
      },
      holdOut: {
        kind: "enum",
        values: ["auto", "questions", "passages"],
        brief:
          "What is claimed: new questions about known passages, or passages nobody has asked about",
        default: "auto",
      },
      metric: {
        kind: "parsed",
        parse: parseMetric,
        brief: "What decides: mrr, ndcg@10 or recall@K",
        placeholder: "name",
        default: "mrr",
      },
      candidates: {
        kind: "parsed",
        parse: (text: string) => text.split(","),
        brief: "What to try, such as rca,corpus-prior,ridge,info-nce",
        placeholder: "names",
        optional: true,
      },
      timeBudget: {
        kind: "parsed",
        parse: parseSeconds,
        brief: "Seconds that trying may take; what there is no time for is named",
        placeholder: "seconds",
        optional: true,
      },
      seed: seedFlag,
      learningCurve: {
        kind: "boolean",
        brief:
          "Find out what more labels would be worth, for the report; unasked where that takes seconds, as of closed forms of at most 512 dimensions",
        optional: true,
      },
      texts: {
        kind: "boolean",
        brief: "Put texts into the questions and the report",
        default: true,
      },
      ...textFileFlags,
      ...embedderFlags,
      engine: engineFlag,
      ...commonFlags,
    },
  },
  docs: {
    brief: "Find out whether an adapter helps on your data, and make it",
    customUsage: ["DATA [--corpus FILE] [--embedder NAME] [--out FOLDER] [flags]"],
    fullDescription: `Find out whether customising an embedding helps on your data: tries closed forms and training, judges them on questions
that were held out, says in one sentence whether the best is worth using, and writes adapters, figures and a report.

EXAMPLES
  embedtune tune pairs.csv
  embedtune tune pairs.jsonl --corpus corpus.jsonl --embedder openai:text-embedding-3-small --max-cost 1 --out tuned
  embedtune tune beir/scifact --query-vectors q.npy --corpus-vectors p.npy --side query`,
  },
});
