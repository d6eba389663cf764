import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { listing, type Finding } from "./finding.js";

/** What is read of `figures.json`. */
interface Figures {
  readonly verdict?: string;
  readonly sentence?: string;
  readonly labels?: { readonly pairs: number; readonly questions: number; readonly groups: number };
  readonly corpus?: { readonly rows: number; readonly ownPassages?: number };
  readonly best?: { readonly method: string; readonly side: string };
  readonly embedding?: { readonly embedder: string | null; readonly dimensions: number };
}

const whatIs: Readonly<Record<string, string>> = {
  "adapter.safetensors": "what the verdict says to apply",
  "best.safetensors": "the best adapter, whatever the verdict",
  "best-query-only.safetensors": "the best that leaves passages as they are",
  "moved-passages.safetensors": "passages moved toward their questions",
  "moved-passages-adapter.safetensors": "the adapter that they stand on",
  "known-questions.safetensors": "answered questions that vote",
  "known-questions-adapter.safetensors": "the adapter that they stand on",
  "probes.safetensors": "for embedtune check",
  "questions.jsonl": "what became of each judged question",
  "figures.json": "every figure",
  "decision.json.gz": "for embedtune report",
  "report.html": "the page to decide by",
};

/** Whether a folder is one that `embedtune tune` or `saveDecision` wrote. */
export const isDecision = (folder: string): boolean =>
  existsSync(join(folder, "figures.json")) && existsSync(join(folder, "adapter.safetensors"));

/** The verdict of a folder that `embedtune tune` wrote, what it rests on, and what its files are. */
export async function inspectDecision(folder: string): Promise<Finding> {
  const path = join(folder, "figures.json");
  let figures: Figures;
  try {
    figures = JSON.parse(await readFile(path, "utf8")) as Figures;
  } catch (cause) {
    throw new RangeError(`${path} must be the figures of a decision, as tune writes them`, {
      cause,
    });
  }
  const { verdict, sentence, labels, corpus, best, embedding } = figures;
  const files = (await readdir(folder)).filter((name) => name in whatIs).sort();
  const entry = (name: string, value: string | undefined): [string, string][] =>
    value === undefined ? [] : [[name, value]];
  return {
    result: {
      kind: "decision",
      path: folder,
      verdict,
      sentence,
      labels,
      corpus,
      best,
      embedding,
      files,
    },
    lines: [
      ...listing([
        ["decision", folder],
        ["made for", embedding?.embedder ?? "unknown embedder"],
        ...entry(
          "labels",
          labels && `${labels.pairs} pairs, ${labels.questions} questions, ${labels.groups} groups`,
        ),
        ...entry("passages", corpus && String(corpus.rows)),
        ...entry(
          "own passages",
          corpus?.ownPassages === undefined
            ? undefined
            : `${corpus.ownPassages} of the judged questions, without a rank`,
        ),
        ...entry("best", best && `${best.method}, side ${best.side}`),
        ...entry("verdict", verdict),
      ]),
      ...(sentence === undefined ? [] : ["", sentence]),
      "",
      ...listing(files.map((name) => [name, whatIs[name]])),
    ],
  };
}
