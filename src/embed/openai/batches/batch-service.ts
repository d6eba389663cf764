import { createRandom } from "../../../base/random.js";
import { backoff } from "../../requests/backoff.js";
import { sleep } from "../../../base/sleep.js";
import { classify, requestError } from "../failures.js";
import type { OpenAISettings } from "../settings.js";

/** What is used of a batch. */
export interface BatchState {
  readonly id: string;
  readonly inputFile: string | undefined;
  readonly outputFile: string | undefined;
  readonly errorFile: string | undefined;
  /** Completed, failed, expired or cancelled. */
  readonly ended: boolean;
  /** Why an input may have no answer of its own. */
  readonly reason: string;
}

/** The Batch API's calls, each repeated where that may help. */
export interface BatchService {
  /** Uploads the lines as a file and starts a batch of them, marked with the embedder's id; returns its id. */
  submit(embedderId: string, lines: string, signal: AbortSignal | undefined): Promise<string>;
  get(id: string, signal: AbortSignal | undefined): Promise<BatchState>;
  /** Batches marked with the embedder's id that are under way, or that have left results in the last 30 days. */
  list(embedderId: string, signal: AbortSignal | undefined): Promise<BatchState[]>;
  /** The `custom_id` of every line of an input file; none where it was deleted. */
  names(file: string, signal: AbortSignal | undefined): Promise<string[]>;
  /** The lines of a file; none where it was deleted. */
  lines(file: string, signal: AbortSignal | undefined): AsyncIterable<string>;
}

interface RawBatch {
  readonly id: string;
  readonly status: string;
  readonly input_file_id?: string | null;
  readonly output_file_id?: string | null;
  readonly error_file_id?: string | null;
  readonly created_at?: number;
  readonly metadata?: unknown;
  readonly errors?: { readonly data?: { readonly message?: string }[] } | null;
}

/** The server deletes results after this many seconds. */
const keptSeconds = 30 * 24 * 3600;

export function createBatchService({
  client,
  address,
  maxRetries,
  timeoutMs,
  maxWaitMs,
  seed,
}: OpenAISettings): BatchService {
  const random = createRandom(`${seed}/batch-jitter`);

  /** Waits until another attempt may help, or throws where none will. */
  const recover = async (
    error: unknown,
    failures: number,
    signal: AbortSignal | undefined,
  ): Promise<void> => {
    signal?.throwIfAborted();
    const failure = classify(error);
    if (failure.kind !== "retry" || failures > maxRetries) {
      throw requestError(address.replace(/embeddings$/, "batches"), failure, error);
    }
    const wait = backoff(failures, random, { askedMs: failure.waitMs, maxMs: maxWaitMs });
    await sleep(wait, signal);
  };
  const persist = async <T>(
    call: () => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> => {
    for (let failures = 1; ; failures++) {
      try {
        return await call();
      } catch (error) {
        await recover(error, failures, signal);
      }
    }
  };
  const options = (signal: AbortSignal | undefined) => ({
    maxRetries: 0,
    // A signal of its own for each call: the client leaves a listener behind, and a day has thousands of calls.
    ...(signal === undefined ? {} : { signal: AbortSignal.any([signal]) }),
  });

  /** The lines of one download; it fails when no data come for as long as an answer may take. */
  async function* download(
    file: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<string, void, undefined> {
    const stall = new AbortController();
    const either = signal === undefined ? stall.signal : AbortSignal.any([signal, stall.signal]);
    const response = await client.files.content(file, options(either));
    const watch = (): ReturnType<typeof setTimeout> =>
      setTimeout(() => stall.abort(new Error(`no data for ${timeoutMs} ms`)), timeoutMs);
    let timer = watch();
    try {
      // Read as a stream: 50,000 vectors are more than half a gigabyte of text, the longest string there can be.
      const decoder = new TextDecoder();
      let rest = "";
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = parts.pop() as string;
        yield* parts; // however long the listener takes: the server is not to blame
        timer = watch();
      }
      yield rest + decoder.decode();
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * A download that breaks is begun anew; the lines that were handed on are passed over. A file that was deleted has no
   * lines: that is no reason to give up the job.
   */
  async function* lines(
    file: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<string, void, undefined> {
    let delivered = 0;
    for (let failures = 1; ; failures++) {
      const before = delivered;
      let seen = 0;
      try {
        for await (const line of download(file, signal)) {
          if (seen++ < delivered) continue;
          delivered++;
          if (line.trim() !== "") yield line;
        }
        return;
      } catch (error) {
        if (classify(error).status === 404) return;
        if (delivered > before) failures = 1; // it goes on, if slowly
        await recover(error, failures, signal);
      }
    }
  }

  /** The batch that was begun with an input file. */
  const begunWith = async (
    file: string,
    signal: AbortSignal | undefined,
  ): Promise<RawBatch | undefined> => {
    const { data } = await client.batches.list({ limit: 100 }, options(signal));
    return (data as unknown as RawBatch[]).find((batch) => batch.input_file_id === file);
  };

  return {
    async submit(embedderId, content, signal) {
      const upload = await persist(
        () =>
          client.files.create(
            { file: new File([content], "embedtune.jsonl"), purpose: "batch" },
            options(signal),
          ),
        signal,
      );
      let tried = false;
      const batch = await persist(async () => {
        // An attempt whose answer was lost may have begun the batch; a second one would be paid for, too.
        const begun = tried ? await begunWith(upload.id, signal) : undefined;
        tried = true;
        if (begun !== undefined) return begun;
        return client.batches.create(
          {
            input_file_id: upload.id,
            endpoint: "/v1/embeddings",
            completion_window: "24h",
            metadata: { embedtune: embedderId.slice(0, 512) },
          },
          options(signal),
        );
      }, signal);
      return batch.id;
    },
    async get(id, signal) {
      return stateOf(await persist(() => client.batches.retrieve(id, options(signal)), signal));
    },
    async list(embedderId, signal) {
      const found: BatchState[] = [];
      const oldest = Date.now() / 1000 - keptSeconds;
      for (let after: string | undefined; ;) {
        const page = await persist(
          () =>
            client.batches.list(
              { limit: 100, ...(after === undefined ? {} : { after }) },
              options(signal),
            ),
          signal,
        );
        for (const batch of page.data as unknown as RawBatch[]) {
          const { embedtune } = (batch.metadata ?? {}) as { embedtune?: unknown };
          const state = stateOf(batch);
          const useful = !state.ended || state.outputFile !== undefined;
          if (embedtune === embedderId.slice(0, 512) && useful) found.push(state);
        }
        const last = page.data.at(-1) as unknown as RawBatch | undefined;
        // Newest first: behind one that is too old there are only older ones.
        if (last === undefined || !page.hasNextPage() || (last.created_at ?? oldest) < oldest) {
          return found;
        }
        after = last.id;
      }
    },
    async names(file, signal) {
      const names: string[] = [];
      for await (const line of lines(file, signal)) {
        names.push((JSON.parse(line) as { custom_id: string }).custom_id);
      }
      return names;
    },
    lines,
  };
}

function stateOf(batch: RawBatch): BatchState {
  const message = batch.errors?.data?.[0]?.message;
  return {
    id: batch.id,
    inputFile: batch.input_file_id ?? undefined,
    outputFile: batch.output_file_id ?? undefined,
    errorFile: batch.error_file_id ?? undefined,
    ended: ["completed", "failed", "expired", "cancelled"].includes(batch.status),
    reason:
      batch.status === "completed"
        ? `batch ${batch.id} was completed without an answer that can be read`
        : `batch ${batch.id} ${batch.status}${message === undefined ? "" : `: ${message}`}`,
  };
}
