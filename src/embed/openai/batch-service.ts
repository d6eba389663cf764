import { createRandom } from "../../math/random.js";
import { sleep } from "../sleep.js";
import { classify, EmbeddingRequestError } from "./failures.js";
import type { OpenAISettings } from "./settings.js";

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
  /** The `custom_id` of every line of an input file. */
  names(file: string, signal: AbortSignal | undefined): Promise<string[]>;
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
  maxWaitMs,
  seed,
}: OpenAISettings): BatchService {
  const random = createRandom(`${seed}/batch-jitter`);

  const persist = async <T>(
    call: () => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> => {
    for (let failures = 1; ; failures++) {
      try {
        return await call();
      } catch (error) {
        signal?.throwIfAborted();
        const failure = classify(error);
        if (failure.kind !== "retry" || failures > maxRetries) {
          throw new EmbeddingRequestError(
            `${address.replace(/embeddings$/, "batches")}: ${failure.sentence}`,
            { cause: error, status: failure.status, code: failure.code },
          );
        }
        const backoff = 500 * 2 ** (failures - 1) * (0.5 + random.next());
        await sleep(Math.min(maxWaitMs, Math.max(failure.waitMs ?? 0, backoff)), signal);
      }
    }
  };
  const options = (signal: AbortSignal | undefined) => ({
    maxRetries: 0,
    ...(signal === undefined ? {} : { signal }),
  });

  async function* lines(
    file: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<string, void, undefined> {
    const response = await persist(() => client.files.content(file, options(signal)), signal);
    // Read as a stream: 50,000 vectors are more than half a gigabyte of text, the longest string there can be.
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop() as string;
      for (const line of parts) if (line.trim() !== "") yield line;
    }
    rest += decoder.decode();
    if (rest.trim() !== "") yield rest;
  }

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
      const batch = await persist(
        () =>
          client.batches.create(
            {
              input_file_id: upload.id,
              endpoint: "/v1/embeddings",
              completion_window: "24h",
              metadata: { embedtune: embedderId.slice(0, 512) },
            },
            options(signal),
          ),
        signal,
      );
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
    reason: `batch ${batch.id} ${batch.status}${message === undefined ? "" : `: ${message}`}`,
  };
}
