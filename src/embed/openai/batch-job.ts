import type { LongJobOptions } from "../../base/progress.js";
import { checkTexts } from "../check-texts.js";
import { distinctTexts } from "../distinct-texts.js";
import type { RefusedText } from "../requests/refused-texts.js";
import { sleep } from "../../base/sleep.js";
import type { StoredPrecision } from "../cache/vector-record.js";
import type { KeyValueStore } from "../stores/key-value-store.js";
import { batchFiles, type BatchFileLimits } from "./batch-files.js";
import { openBatchLedger, type BatchLedger } from "./batch-ledger.js";
import { createBatchService, type BatchService, type BatchState } from "./batch-service.js";
import { refuseLongTexts } from "./prepare-inputs.js";
import { batchDiscount, costOf } from "./prices.js";
import { resolveSettings, type OpenAIEmbedderOptions, type OpenAISettings } from "./settings.js";
import { loadCl100k } from "./tokenizer.js";

export interface OpenAIBatchOptions extends OpenAIEmbedderOptions, LongJobOptions {
  /** Inputs in one batch. @default 50000 */
  readonly maxInputsPerBatch?: number | undefined;
  /** Bytes of one batch's file. @default 190000000 */
  readonly maxBytesPerBatch?: number | undefined;
  /** How values are stored: as the cache that will look for them is told to. @default "float32" */
  readonly precision?: StoredPrecision | undefined;
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
 * that `withCache(createOpenAIEmbedder(options), store, { precision })` looks for.
 *
 * Nothing is kept on this machine but the store: batches carry the embedder's id as metadata and the texts' hashes as
 * names. Called again after a restart (even elsewhere), it finds the batches that are under way and submits only what
 * is in none of them.
 *
 * @throws Error as `createOpenAIEmbedder` does, and when `longInputs` is `"average"`, which batches do not offer.
 */
export async function embedWithOpenAIBatches(
  texts: readonly string[],
  store: KeyValueStore,
  options: OpenAIBatchOptions = {},
): Promise<OpenAIBatchReport> {
  const {
    maxInputsPerBatch = 50_000,
    maxBytesPerBatch = 190_000_000,
    pollMs = 30_000,
    precision = "float32",
    signal,
    onProgress,
  } = options;
  const settings = resolveSettings(options);
  if (settings.longInputs === "average") {
    throw new Error(`longInputs: expected "cut" or "refuse" for batches, received "average"`);
  }
  signal?.throwIfAborted();
  checkTexts(texts, "embed");
  const { distinct, firstRow } = distinctTexts(texts);
  const ledger = await openBatchLedger(distinct, store, settings, precision, (done, total) =>
    onProgress?.({ stage: "batch", done, total }),
  );
  const job: BatchJob = { ledger, settings, service: createBatchService(settings), signal };
  const earlier = await takeUpEarlier(job);
  const limits = { maxInputs: maxInputsPerBatch, maxBytes: maxBytesPerBatch };
  const waiting = new Map([...earlier.waiting, ...(await submitRest(job, earlier, limits))]);
  const awaited = await awaitBatches(job, waiting, pollMs);

  const { found, embedded, failed, tokens } = ledger.tally();
  const price = costOf(tokens, settings.pricePerMillionTokens);
  return {
    found,
    embedded,
    failed: failed.map((refused) => ({ ...refused, index: firstRow[refused.index] })),
    batches: [...earlier.fetched, ...awaited],
    tokens,
    cost: price === undefined ? undefined : price * batchDiscount,
  };
}

/** What the steps of a job share. */
interface BatchJob {
  readonly ledger: BatchLedger;
  readonly settings: OpenAISettings;
  readonly service: BatchService;
  readonly signal: AbortSignal | undefined;
}

/** Batches under way by id, with the names of their inputs. */
type WaitingBatches = ReadonlyMap<string, readonly string[]>;

interface EarlierBatches {
  readonly waiting: WaitingBatches;
  /** Ids of those that had ended. */
  readonly fetched: readonly string[];
}

/** Finds what an earlier run has asked for: fetched where it is there, to be waited for where it is under way. */
async function takeUpEarlier(job: BatchJob): Promise<EarlierBatches> {
  const { ledger, service, settings, signal } = job;
  const waiting = new Map<string, readonly string[]>();
  const fetched: string[] = [];
  if (ledger.missing().length === 0) return { waiting, fetched };
  for (const batch of await service.list(settings.id, signal)) {
    const names = batch.inputFile === undefined ? [] : await service.names(batch.inputFile, signal);
    if (!names.some((name) => ledger.wants(name))) continue;
    if (batch.ended) {
      await fetchResults(job, batch);
      fetched.push(batch.id);
    } else waiting.set(batch.id, names);
  }
  ledger.forgiveFailures(); // what failed then is asked for again now
  return { waiting, fetched };
}

/** Submits what is neither in the store nor in a batch that is under way. */
async function submitRest(
  { ledger, service, settings, signal }: BatchJob,
  { waiting }: EarlierBatches,
  limits: BatchFileLimits,
): Promise<WaitingBatches> {
  const covered = new Set([...waiting.values()].flat());
  const rest = ledger.missing().filter(({ name }) => !covered.has(name));
  const submitted = new Map<string, readonly string[]>();
  if (rest.length === 0) return submitted;
  const tokenizer = settings.tokenizer ?? (await loadCl100k());
  if (settings.longInputs === "refuse") {
    const texts = rest.map(({ text }) => text);
    refuseLongTexts(texts, tokenizer, settings.maxTokensPerInput);
  }
  for (const { content, names } of batchFiles(rest, tokenizer, settings, limits)) {
    submitted.set(await service.submit(settings.id, content, signal), names);
  }
  return submitted;
}

/** Waits for batches and fetches each as it ends; their ids in that order. */
async function awaitBatches(
  job: BatchJob,
  batches: WaitingBatches,
  pollMs: number,
): Promise<string[]> {
  const { ledger, service, signal } = job;
  const waiting = new Map(batches);
  const ended: string[] = [];
  while (waiting.size > 0) {
    for (const [id, names] of [...waiting]) {
      const batch = await service.get(id, signal);
      if (!batch.ended) continue;
      await fetchResults(job, batch);
      // A batch that failed as a whole or expired names no reason per input.
      for (const name of names) ledger.fail(name, batch.reason);
      ended.push(id);
      waiting.delete(id);
    }
    if (waiting.size > 0) await sleep(pollMs, signal);
  }
  return ended;
}

async function fetchResults(
  { ledger, service, signal }: BatchJob,
  { outputFile, errorFile }: BatchState,
): Promise<void> {
  for (const file of [outputFile, errorFile]) {
    if (file !== undefined) await ledger.collect(service.lines(file, signal));
  }
}
