import { createYielder, inPieces } from "../../../base/event-loop.js";
import type { NamedText } from "./batch-tracker.js";
import { checkInputs, sizedInputs } from "../tokens/prepare-inputs.js";
import type { OpenAISettings } from "../settings.js";
import type { Tokenizer } from "../tokens/tokenizer.js";

/** The input file of one batch. */
export interface BatchFile {
  /** One request per line, as JSON. */
  readonly content: string;
  /** The `custom_id` of every line. */
  readonly names: readonly string[];
}

export interface BatchFileLimits {
  readonly maxInputs: number;
  readonly maxBytes: number;
}

/**
 * Texts as input files within the limits, long texts cut; one at a time, since a file may have hundreds of megabytes.
 *
 * @throws RefusedTextsError before the first file, naming texts that are too long, where `longInputs` is `"refuse"`.
 */
export async function* batchFiles(
  named: readonly NamedText[],
  tokenizer: Tokenizer | undefined,
  settings: OpenAISettings,
  { maxInputs, maxBytes }: BatchFileLimits,
  signal: AbortSignal | undefined,
): AsyncGenerator<BatchFile, void, undefined> {
  let lines: string[] = [];
  let names: string[] = [];
  let bytes = 0;
  const file = (): BatchFile => ({ content: lines.join("\n"), names });
  const texts = named.map(({ text }) => text);
  await inPieces(checkInputs(texts, tokenizer, settings, "embedWithOpenAIBatches"), signal);
  const yieldIfDue = createYielder();
  for (const input of sizedInputs(texts, tokenizer, settings)) {
    const others = yieldIfDue();
    if (others !== undefined) await others;
    signal?.throwIfAborted();
    if (input === undefined) continue; // a pause within a long one
    const { index, text } = input;
    const { name } = named[index];
    const line = requestLine(name, text, settings);
    const size = 3 * line.length + 1; // UTF-8 has at most 3 bytes per unit
    if (lines.length >= maxInputs || (lines.length > 0 && bytes + size > maxBytes)) {
      yield file();
      [lines, names, bytes] = [[], [], 0];
    }
    lines.push(line);
    names.push(name);
    bytes += size;
  }
  if (lines.length > 0) yield file();
}

function requestLine(
  name: string,
  input: string,
  { model, requestedDimensions }: OpenAISettings,
): string {
  return JSON.stringify({
    custom_id: name,
    method: "POST",
    url: "/v1/embeddings",
    body: {
      model,
      input,
      encoding_format: "base64",
      ...(requestedDimensions === undefined ? {} : { dimensions: requestedDimensions }),
    },
  });
}
