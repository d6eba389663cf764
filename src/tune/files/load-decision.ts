import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { loadAdapter } from "../../adapter/files.js";
import type { Adapter } from "../../adapter/adapter.js";
import { readWholeFile } from "../../adapter/whole-file.js";
import type { Choice } from "../verdict/decision.js";
import { decodeRecord, type DecisionRecord } from "./decision-record.js";

/** A decision as it was written down: without vectors, and forms without the adapters that they stand on. */
export interface SavedDecision extends Omit<DecisionRecord, "best" | "bestQueryOnly"> {
  readonly adapter: Adapter;
  readonly best: Choice;
  readonly bestQueryOnly: Choice;
}

/**
 * Reads a folder that `saveDecision` wrote, e.g. for `renderReport`.
 *
 * @throws Error naming the file that is missing or cannot be read, RangeError naming one that is damaged.
 */
export async function loadDecision(folder: string): Promise<SavedDecision> {
  const path = join(folder, "decision.json.gz");
  const bytes = await readWholeFile(path, "the record of the decision");
  let json: string;
  try {
    json = gunzipSync(bytes, { maxOutputLength: mostBytes }).toString("utf8");
  } catch (cause) {
    throw new RangeError(`${path}: damaged (${(cause as Error).message})`, { cause });
  }
  const record = decodeRecord(json, path);
  const adapter = (name: string): Promise<Adapter> =>
    loadAdapter(join(folder, `${name}.safetensors`));
  return {
    ...record,
    adapter: await adapter("adapter"),
    best: { ...record.best, adapter: await adapter("best") },
    bestQueryOnly: { ...record.bestQueryOnly, adapter: await adapter("best-query-only") },
  };
}

/** The longest string that V8 makes. */
const mostBytes = 2 ** 29 - 24;
