import { checkChoice, checkInteger, refuse } from "../../../base/checks.js";
import { intern } from "../../../base/intern.js";
import type { LongJobOptions } from "../../../base/progress.js";
import { sleep } from "../../../base/sleep.js";
import { untilAborted } from "../../../base/until-aborted.js";
import { createStoredVectors } from "../../cache/stored-vectors.js";
import type { StoredPrecision } from "../../cache/vector-record.js";
import { checkTexts } from "../../check-texts.js";
import { reindexRefusals, type RefusedText } from "../../requests/refused-texts.js";
import type { KeyValueStore } from "../../stores/key-value-store.js";
import { batchDiscount, costOf } from "../prices.js";
import { resolveSettings, type OpenAIEmbedderOptions, type OpenAISettings } from "../settings.js";
import { batchFiles, type BatchFileLimits } from "./batch-files.js";
import { createBatchService, type BatchService, type BatchState } from "./batch-service.js";
import { createBatchTracker, type BatchTracker } from "./batch-tracker.js";

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
 * @throws RangeError as `createOpenAIEmbedder` does, and when `longInputs` is `"average"`, which batches do not offer;
 *   RefusedTextsError naming texts that are too long, where it is `"refuse"`; EmbeddingRequestError as `embed` does.
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
  const caller = "embedWithOpenAIBatches";
  checkInteger(maxInputsPerBatch, `${caller}: maxInputsPerBatch`, { least: 1 });
  checkInteger(maxBytesPerBatch, `${caller}: maxBytesPerBatch`, { least: 1 });
  if (!(pollMs >= 0)) refuse(`${caller}: pollMs`, "a number >= 0", pollMs);
  checkChoice(precision, `${caller}: precision`, ["float32", "float16"]);
  const settings = resolveSettings(options, caller);
  checkChoice(settings.longInputs, `${caller}: longInputs`, ["cut", "cut-bytes", "refuse"]);
  signal?.throwIfAborted();
  checkTexts(texts, caller);
  const { id, knownDimensions } = settings;
  const embedder = { id, symmetric: true, dimensions: knownDimensions };
  const tracker = await createBatchTracker(
    intern(texts),
    createStoredVectors(embedder, store, precision),
    (done, total) => onProgress?.({ stage: "batch", done, total }),
  );
  const job: BatchJob = { tracker, settings, service: createBatchService(settings), signal };
  const earlier = await takeUpEarlier(job);
  const limits = { maxInputs: maxInputsPerBatch, maxBytes: maxBytesPerBatch };
  const waiting = new Map([...earlier.waiting, ...(await submitRest(job, earlier, limits))]);
  const awaited = await awaitBatches(job, waiting, pollMs);

  const { found, embedded, failed, tokens } = tracker.tally();
  const price = costOf(tokens, settings.pricePerMillionTokens);
  return {
    found,
    embedded,
    failed,
    batches: [...earlier.fetched, ...awaited],
    tokens,
    cost: price === undefined ? undefined : price * batchDiscount,
  };
}

/** What the steps of a job share. */
interface BatchJob {
  readonly tracker: BatchTracker;
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
  const { tracker, service, settings, signal } = job;
  const waiting = new Map<string, readonly string[]>();
  const fetched: string[] = [];
  if (tracker.missing().length === 0) return { waiting, fetched };
  for (const batch of await service.list(settings.id, signal)) {
    const names = batch.inputFile === undefined ? [] : await service.names(batch.inputFile, signal);
    if (!names.some((name) => tracker.wants(name))) continue;
    if (batch.ended) {
      await fetchResults(job, batch);
      fetched.push(batch.id);
    } else waiting.set(batch.id, names);
  }
  tracker.clearFailures(); // what failed then is asked for again now
  return { waiting, fetched };
}

/** Submits what is neither in the store nor in a batch that is under way. */
async function submitRest(
  { tracker, service, settings, signal }: BatchJob,
  { waiting }: EarlierBatches,
  limits: BatchFileLimits,
): Promise<WaitingBatches> {
  const covered = new Set([...waiting.values()].flat());
  const rest = tracker.missing().filter(({ name }) => !covered.has(name));
  const submitted = new Map<string, readonly string[]>();
  if (rest.length === 0) return submitted;
  try {
    const tokenizer = await untilAborted(settings.loadTokenizer(), signal);
    for await (const file of batchFiles(rest, tokenizer, settings, limits, signal)) {
      const { content, names } = file;
      submitted.set(await service.submit(settings.id, content, signal), names);
    }
  } catch (error) {
    throw reindexRefusals(error, (k) => rest[k].index);
  }
  return submitted;
}

/** Waits for batches and fetches each as it ends; their ids in that order. */
async function awaitBatches(
  job: BatchJob,
  batches: WaitingBatches,
  pollMs: number,
): Promise<string[]> {
  const { tracker, service, signal } = job;
  const waiting = new Map(batches);
  const ended: string[] = [];
  while (waiting.size > 0) {
    for (const [id, names] of [...waiting]) {
      const batch = await service.get(id, signal);
      if (!batch.ended) continue;
      await fetchResults(job, batch);
      // A batch that failed as a whole or expired names no reason per input.
      for (const name of names) tracker.fail(name, batch.reason);
      ended.push(id);
      waiting.delete(id);
    }
    if (waiting.size > 0) await sleep(pollMs, signal);
  }
  return ended;
}

async function fetchResults(
  { tracker, service, signal }: BatchJob,
  { outputFile, errorFile }: BatchState,
): Promise<void> {
  for (const file of [outputFile, errorFile]) {
    if (file !== undefined) await tracker.collect(service.lines(file, signal));
  }
}
