import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { refuse } from "../../base/checks.js";
import { encodeAdapter } from "../../adapter/encode.js";
import { writeWholeFile } from "../../adapter/whole-file.js";
import type { TunedDecision } from "../texts/tuned.js";
import { decisionFigures, questionLines } from "./decision-figures.js";
import { encodeRecord, recordOf } from "./decision-record.js";
import { formFileNames, formFiles } from "./form-files.js";
import { encodeProbes } from "../recheck/probes.js";

export interface SaveDecisionOptions {
  /** Whether questions and record hold texts beside ids, ranks and cosines. @default true */
  readonly texts?: boolean | undefined;
  /** Whether the probes hold their texts beside their hashes. @default false */
  readonly probeTexts?: boolean | undefined;
}

/**
 * Writes a decision into a folder, which is made where it is missing:
 *
 * - `adapter.safetensors`: what the verdict says to apply, the identity unless it is "use it";
 * - `best.safetensors`, `best-query-only.safetensors`: to take whatever the verdict;
 * - `figures.json`: verdict, sentence, and every figure; `questions.jsonl`: what became of each judged question;
 * - `decision.json.gz`: all but adapters and vectors, to make the report again;
 * - `probes.safetensors`: vectors of up to 32 passages with hashes of their texts, to see later whether the embedder has
 *   changed;
 * - for each form whose own verdict is "use it", `moved-passages.safetensors` or `known-questions.safetensors`, and beside
 *   it the adapter that it stands on.
 *
 * Rows are named by their ids, and by their numbers where not all have one. Each file appears whole or not at all; a form's
 * files that an earlier decision left in the folder go. The same seed gives the same bytes, but for `decision.json.gz`,
 * which tells seconds.
 *
 * @returns The paths, in the order above.
 * @throws Error naming the path that cannot be written.
 */
export async function saveDecision(
  folder: string,
  decision: TunedDecision,
  { texts = true, probeTexts = false }: SaveDecisionOptions = {},
): Promise<string[]> {
  const { texts: tables } = decision as Partial<TunedDecision>;
  if (tables === undefined) {
    const wanted =
      "that of tune or tuneFiles, which has texts (saveAdapter saves an adapter alone)";
    refuse("saveDecision: decision", wanted, decision);
  }
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new Error(`${folder}: cannot make the folder: ${(cause as Error).message}`, { cause });
  });
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const record = gzipSync(encodeRecord(recordOf(decision, texts)));
  const lines = questionLines(decision, { withTexts: texts });
  const files: readonly (readonly [name: string, bytes: Uint8Array, what: string])[] = [
    ["adapter.safetensors", encodeAdapter(decision.adapter), "the adapter"],
    ["best.safetensors", encodeAdapter(decision.best.adapter), "the best adapter"],
    [
      "best-query-only.safetensors",
      encodeAdapter(decision.bestQueryOnly.adapter),
      "the best adapter of the query side",
    ],
    [
      "figures.json",
      text(`${JSON.stringify(decisionFigures(decision), null, 2)}\n`),
      "the figures",
    ],
    [
      "questions.jsonl",
      text(lines.map((line) => `${JSON.stringify(line)}\n`).join("")),
      "the questions",
    ],
    ["decision.json.gz", record, "the record of the decision"],
    ["probes.safetensors", await encodeProbes(decision, { withTexts: probeTexts }), "the probes"],
    ...formFiles(decision),
  ];
  const paths: string[] = [];
  for (const [name, bytes, what] of files) {
    const path = join(folder, name);
    await writeWholeFile(path, bytes, what);
    paths.push(path);
  }
  for (const name of formFileNames()) {
    // Beside another adapter they would be served as this decision's.
    if (!files.some(([written]) => written === name)) await rm(join(folder, name), { force: true });
  }
  return paths;
}
