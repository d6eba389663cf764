import { rowOf } from "../../math/matrix.js";
import type { LongJobOptions } from "../../math/progress.js";
import { cacheKeys } from "../cache-key.js";
import { checkTexts } from "../check-texts.js";
import { distinctTexts } from "../distinct-texts.js";
import type { RefusedText } from "../refused-texts.js";
import { sleep } from "../sleep.js";
import { decodeVector, encodeVector } from "../vector-record.js";
import type { VectorStore } from "../vector-store.js";
import { createBatchService, type BatchState } from "./batch-service.js";
import { decodeAnswer } from "./decode-answer.js";
import { prepareInputs, refuseLongTexts } from "./prepare-inputs.js";
import { batchDiscount, costOf } from "./prices.js";
import { resolveSettings, type OpenAIEmbedderOptions } from "./settings.js";
import { loadCl100k } from "./tokenizer.js";

export interface OpenAIBatchOptions extends OpenAIEmbedderOptions, LongJobOptions {
  /** Inputs in one batch. @default 50000 */
  readonly maxInputsPerBatch?: number | undefined;
  /** Bytes of one batch's file. @default 190000000 */
  readonly maxBytesPerBatch?: number | undefined;
  /** Milliseconds between two looks at the batches. @default 30000 */
  readonly pollMs?: number | undefined;
}

export interface OpenAIBatchReport {
  /** Texts that were in the store already. */
  readonly found: number;
  /** Texts whose vectors were fetched into the store. */
  readonly embedded: number;
  /** Texts that failed, each with its reason; ask again for them by calling again. */
  readonly failed: readonly RefusedText[];
  /** Ids of the batches that were waited for, those of an earlier run included. */
  readonly batches: readonly string[];
  readonly tokens: number;
  /** US dollars at half the price; `undefined` where the price is not known. */
  readonly cost: number | undefined;
}

/**
 * Embeds through OpenAI's Batch API: half the price, an answer within 24 hours. Vectors go into `store` under the keys
 * that `withCache(createOpenAIEmbedder(options), store)` looks for.
 *
 * Nothing is kept on this machine but the store: batches carry the embedder's id as metadata and the texts' hashes as
 * names. Called again after a restart (even elsewhere), it finds the batches that are under way and submits only what
 * is in none of them.
 *
 * @throws Error as `createOpenAIEmbedder` does, and when `longInputs` is `"average"`, which batches do not offer.
 */
export async function embedWithOpenAIBatches(
  texts: readonly string[],
  store: VectorStore,
  options: OpenAIBatchOptions = {},
): Promise<OpenAIBatchReport> {
  const {
    maxInputsPerBatch = 50_000,
    maxBytesPerBatch = 190_000_000,
    pollMs = 30_000,
    signal,
    onProgress,
  } = options;
  const settings = resolveSettings(options);
  const { id, model, requestedDimensions, knownDimensions, longInputs, maxTokensPerInput } =
    settings;
  if (longInputs === "average") {
    throw new Error(`longInputs: expected "cut" or "refuse" for batches, received "average"`);
  }
  signal?.throwIfAborted();
  checkTexts(texts);
  const service = createBatchService(settings);
  const { distinct, firstRow } = distinctTexts(texts);
  const keys = await cacheKeys(id, undefined, distinct);
  const prefix = keys.length === 0 ? "" : keys[0].slice(0, keys[0].lastIndexOf(":") + 1);
  const nameOf = (key: string): string => key.slice(prefix.length);

  // 1. What the store has.
  const wanted = new Map(keys.map((key, text) => [nameOf(key), text]));
  for (let start = 0; start < keys.length; start += 512) {
    const slice = keys.slice(start, start + 512);
    await store.readMany(slice, (position, value) => {
      if (decodeVector(value) !== undefined) wanted.delete(nameOf(slice[position]));
    });
  }
  const found = distinct.length - wanted.size;
  const total = wanted.size;
  let embedded = 0;
  let tokens = 0;
  const failed = new Map<string, string>();
  const used: string[] = [];
  const report = (): void => onProgress?.({ stage: "batch", done: embedded + failed.size, total });

  /** Takes one line of a result file: a vector into `fresh`, or a reason into `failed`. */
  const takeLine = (line: string, fresh: Map<string, Float32Array>): void => {
    const { custom_id: name, response, error } = JSON.parse(line) as BatchLine;
    if (!wanted.has(name)) return; // a text that this call did not ask for
    try {
      if (response?.status_code !== 200) {
        const reason = response?.body?.error?.message ?? error?.message;
        throw new Error(`${response?.status_code ?? error?.code ?? "no answer"} ${reason ?? ""}`);
      }
      const answer = decodeAnswer(response.body, 1, knownDimensions);
      tokens += answer.tokens ?? 0;
      fresh.set(name, rowOf(answer.vectors, 0));
      failed.delete(name);
    } catch (cause) {
      failed.set(name, (cause as Error).message.trim());
    }
  };

  const fetchResults = async (batch: BatchState): Promise<void> => {
    for (const file of [batch.outputFile, batch.errorFile]) {
      if (file === undefined) continue;
      let fresh = new Map<string, Float32Array>();
      const keep = async (): Promise<void> => {
        await store.writeMany(
          [...fresh].map(([name, vector]) => [prefix + name, encodeVector(vector)]),
        );
        for (const name of fresh.keys()) wanted.delete(name);
        embedded += fresh.size;
        fresh = new Map();
        report();
      };
      for await (const line of service.lines(file, signal)) {
        takeLine(line, fresh);
        if (fresh.size >= 512) await keep();
      }
      await keep();
    }
  };

  // 2. What an earlier run has asked for: fetched where it is there, waited for where it is under way.
  const waiting = new Map<string, readonly string[]>();
  for (const batch of wanted.size === 0 ? [] : await service.list(id, signal)) {
    const names = batch.inputFile === undefined ? [] : await service.names(batch.inputFile, signal);
    if (!names.some((name) => wanted.has(name))) continue;
    if (batch.ended) {
      await fetchResults(batch);
      used.push(batch.id);
    } else waiting.set(batch.id, names);
  }
  failed.clear(); // what failed then is asked for again now
  const covered = new Set([...waiting.values()].flat());

  // 3. What is in none of them.
  const submit = async (lines: readonly string[], names: readonly string[]): Promise<void> => {
    waiting.set(await service.submit(id, lines.join("\n"), signal), names);
  };
  const rest = [...wanted].filter(([name]) => !covered.has(name));
  const restTexts = rest.map(([, text]) => distinct[text]);
  const tokenizer = settings.tokenizer ?? (await loadCl100k());
  if (longInputs === "refuse") refuseLongTexts(restTexts, tokenizer, maxTokensPerInput);
  let lines: string[] = [];
  let names: string[] = [];
  let bytes = 0;
  for (const input of prepareInputs(restTexts, tokenizer, settings, () => undefined)) {
    const [name] = rest[input.index];
    const line = JSON.stringify({
      custom_id: name,
      method: "POST",
      url: "/v1/embeddings",
      body: {
        model,
        input: input.text,
        encoding_format: "base64",
        ...(requestedDimensions === undefined ? {} : { dimensions: requestedDimensions }),
      },
    });
    const size = 3 * line.length + 1; // UTF-8 has at most 3 bytes per unit
    if (
      lines.length >= maxInputsPerBatch ||
      (lines.length > 0 && bytes + size > maxBytesPerBatch)
    ) {
      await submit(lines, names);
      [lines, names, bytes] = [[], [], 0];
    }
    lines.push(line);
    names.push(name);
    bytes += size;
  }
  if (lines.length > 0) await submit(lines, names);

  // 4. Wait, and fetch each as it ends.
  report();
  while (waiting.size > 0) {
    for (const [batchId, batchNames] of [...waiting]) {
      const batch = await service.get(batchId, signal);
      if (!batch.ended) continue;
      await fetchResults(batch);
      used.push(batchId);
      waiting.delete(batchId);
      // A batch that failed as a whole or expired names no reason per input.
      for (const name of batchNames) {
        if (wanted.has(name) && !failed.has(name)) failed.set(name, batch.reason);
      }
    }
    if (waiting.size > 0) await sleep(pollMs, signal);
  }
  report();
  const price = costOf(tokens, settings.pricePerMillionTokens);
  return {
    found,
    embedded,
    failed: [...failed].map(([name, reason]) => {
      const text = wanted.get(name) as number;
      return { index: firstRow[text], text: distinct[text], reason };
    }),
    batches: used,
    tokens,
    cost: price === undefined ? undefined : price * batchDiscount,
  };
}

/** A line of a result file. */
interface BatchLine {
  readonly custom_id: string;
  readonly response?: {
    readonly status_code: number;
    readonly body?: { readonly error?: { readonly message?: string } };
  } | null;
  readonly error?: { readonly code?: string; readonly message?: string } | null;
}
