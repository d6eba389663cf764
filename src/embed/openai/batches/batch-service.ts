import type { OpenAIBatch } from "../client.js";
import type { OpenAISettings } from "../settings.js";
import { namedLine } from "./batch-tracker.js";
import { fileLines } from "./file-lines.js";
import { callOptions, createRepeatedCalls } from "./repeated-calls.js";

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

/** The server deletes results after this many seconds. */
const keptSeconds = 30 * 24 * 3600;

export function createBatchService(settings: OpenAISettings): BatchService {
  const { client } = settings;
  const calls = createRepeatedCalls(settings);
  const lines: BatchService["lines"] = (file, signal) => fileLines(file, settings, calls, signal);

  /** The batch that was begun with an input file. */
  const begunWith = async (
    file: string,
    signal: AbortSignal | undefined,
  ): Promise<OpenAIBatch | undefined> => {
    const { data } = await client.batches.list({ limit: 100 }, callOptions(signal));
    return data.find((batch) => batch.input_file_id === file);
  };

  return {
    async submit(embedderId, content, signal) {
      const upload = await calls.persist(
        () =>
          client.files.create(
            { file: new File([content], "embedtune.jsonl"), purpose: "batch" },
            callOptions(signal),
          ),
        signal,
      );
      let tried = false;
      const batch = await calls.persist(async () => {
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
          callOptions(signal),
        );
      }, signal);
      return batch.id;
    },
    async get(id, signal) {
      return stateOf(
        await calls.persist(() => client.batches.retrieve(id, callOptions(signal)), signal),
      );
    },
    async list(embedderId, signal) {
      const found: BatchState[] = [];
      const oldest = Date.now() / 1000 - keptSeconds;
      for (let after: string | undefined; ;) {
        const page = await calls.persist(
          () =>
            client.batches.list(
              { limit: 100, ...(after === undefined ? {} : { after }) },
              callOptions(signal),
            ),
          signal,
        );
        for (const batch of page.data) {
          const { embedtune } = (batch.metadata ?? {}) as { embedtune?: unknown };
          const state = stateOf(batch);
          const useful = !state.ended || state.outputFile !== undefined;
          if (embedtune === embedderId.slice(0, 512) && useful) found.push(state);
        }
        const last = page.data.at(-1);
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
        const { name } = namedLine(line) ?? {};
        if (name !== undefined) names.push(name);
      }
      return names;
    },
    lines,
  };
}

function stateOf(batch: OpenAIBatch): BatchState {
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
