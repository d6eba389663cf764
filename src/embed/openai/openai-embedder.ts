import OpenAI from "openai";
import { createRandom } from "../../math/random.js";
import { checkTexts } from "../check-texts.js";
import { collectBatches } from "../collect-batches.js";
import type { EmbeddedBatch, EmbedOptions, Embedder } from "../embedder.js";
import { packBatches, type SizedInput } from "../pack-batches.js";
import { runConcurrently } from "../run-concurrently.js";
import { sleep } from "../sleep.js";
import { decodeAnswer, type EmbeddingAnswer } from "./decode-answer.js";
import { classify, EmbeddingRequestError } from "./failures.js";
import { loadCl100k } from "./tokenizer.js";

export interface OpenAIEmbedderOptions {
  /** The key. @default the environment's OPENAI_API_KEY (a server of your own may need none) */
  readonly apiKey?: string | undefined;
  /** Address up to and without `/embeddings`. @default the environment's OPENAI_BASE_URL, else OpenAI's own */
  readonly baseURL?: string | undefined;
  /** @default "text-embedding-ada-002" */
  readonly model?: string | undefined;
  /** Length of vectors to ask for; only the v3 models take it. @default the model's own */
  readonly dimensions?: number | undefined;
  /** First part of the embedder's id. @default "openai", or the host name of a `baseURL` elsewhere */
  readonly provider?: string | undefined;
  /** Inputs in one request. @default 2048 */
  readonly maxInputsPerRequest?: number | undefined;
  /** Tokens in one request. @default 300000 */
  readonly maxTokensPerRequest?: number | undefined;
  /** Tokens of one input; longer texts are cut. @default 8191 */
  readonly maxTokensPerInput?: number | undefined;
  /** Requests under way at once. @default 8 */
  readonly concurrency?: number | undefined;
  /** How often a failed request is sent again. @default 8 */
  readonly maxRetries?: number | undefined;
  /** Milliseconds one attempt may take, its body included. @default 60000 */
  readonly timeoutMs?: number | undefined;
  /** The longest wait before a retry in milliseconds, whatever the server asks. @default 60000 */
  readonly maxWaitMs?: number | undefined;
  /** Seed of the waits' jitter. @default 1 */
  readonly seed?: string | number | undefined;
}

export interface OpenAIUsage {
  /** Requests sent, retries included. */
  readonly requests: number;
  /** Tokens the server counted. */
  readonly tokens: number;
  /** Texts cut because they were longer than `maxTokensPerInput`. */
  readonly cutTexts: number;
}

export interface OpenAIEmbedder extends Embedder {
  readonly symmetric: true;
  embedBatches(texts: readonly string[], options?: EmbedOptions): AsyncIterable<EmbeddedBatch>;
  /** What was used since the embedder was made. */
  usage(): OpenAIUsage;
}

const openAIAddress = "https://api.openai.com/v1";

/** Lengths of vectors of OpenAI's models when none is asked for. */
const nativeDimensions: Readonly<Record<string, number>> = {
  "text-embedding-ada-002": 1536,
  "text-embedding-3-small": 1536,
  "text-embedding-3-large": 3072,
};

/** How often to knock at a door that nobody opens before saying so. */
const unreachableRetries = 2;

/**
 * Embeds with OpenAI or any server that speaks its `POST /embeddings`.
 *
 * Texts are packed into requests by tokens and count; several requests are under way at once; 408, 409, 429, 5xx, broken
 * connections, timeouts and malformed answers are sent again after a jittered, doubling wait that honours the server's
 * `retry-after`. Wrap it in a cache: it delivers each finished request, which the cache then keeps.
 *
 * @throws Error when there is no key, naming the environment variable; from `embed`, {@link EmbeddingRequestError} in one
 *   sentence naming the address.
 */
export function createOpenAIEmbedder({
  apiKey = environment("OPENAI_API_KEY"),
  baseURL = environment("OPENAI_BASE_URL") ?? openAIAddress,
  model = "text-embedding-ada-002",
  dimensions,
  provider = providerOf(baseURL),
  maxInputsPerRequest = 2048,
  maxTokensPerRequest = 300_000,
  maxTokensPerInput = 8191,
  concurrency = 8,
  maxRetries = 8,
  timeoutMs = 60_000,
  maxWaitMs = 60_000,
  seed = 1,
}: OpenAIEmbedderOptions = {}): OpenAIEmbedder {
  if (apiKey === undefined && baseURL === openAIAddress) {
    throw new Error(
      "OpenAI: no API key; set the environment variable OPENAI_API_KEY or pass `apiKey`",
    );
  }
  const address = `${baseURL.replace(/\/+$/, "")}/embeddings`;
  const client = new OpenAI({
    apiKey: apiKey ?? "none",
    baseURL,
    maxRetries: 0, // ours: abortable, counted, and with the batch's fate known
    timeout: timeoutMs,
    dangerouslyAllowBrowser: true, // whoever brings a key to a browser has been warned by OpenAI's own documentation
  });
  const random = createRandom(`${seed}/jitter`);
  let learntDimensions = dimensions ?? nativeDimensions[model];
  let requests = 0;
  let tokens = 0;
  let cutTexts = 0;

  const attempt = async (
    inputs: readonly string[],
    signal: AbortSignal,
  ): Promise<EmbeddingAnswer> => {
    requests++;
    // The client's own timeout ends with the headers; this one also ends a body that stalls.
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const body = await client.embeddings.create(
        {
          model,
          input: [...inputs],
          encoding_format: "base64",
          ...(dimensions === undefined ? {} : { dimensions }),
        },
        { signal: AbortSignal.any([signal, deadline]) },
      );
      return decodeAnswer(body, inputs.length, learntDimensions);
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.aborted) throw new Error(`no answer within ${timeoutMs} ms`, { cause: error });
      throw error;
    }
  };

  const send = async (
    batch: readonly SizedInput[],
    signal: AbortSignal,
  ): Promise<EmbeddedBatch> => {
    const inputs = batch.map(({ text }) => text);
    for (let failures = 0; ;) {
      try {
        const answer = await attempt(inputs, signal);
        learntDimensions ??= answer.vectors.cols;
        tokens += answer.tokens ?? 0;
        return { indices: batch.map(({ index }) => index), vectors: answer.vectors };
      } catch (error) {
        signal.throwIfAborted();
        const failure = classify(error);
        failures++;
        const allowed =
          failure.kind === "retry"
            ? maxRetries
            : failure.kind === "unreachable"
              ? Math.min(maxRetries, unreachableRetries)
              : 0;
        if (failures > allowed) {
          const tries = failures === 1 ? "" : ` (tried ${failures} times)`;
          throw new EmbeddingRequestError(`${address}: ${failure.sentence}${tries}`, {
            cause: error,
            status: failure.status,
            code: failure.code,
          });
        }
        const backoff = 500 * 2 ** (failures - 1) * (0.5 + random.next());
        await sleep(Math.min(maxWaitMs, Math.max(failure.waitMs ?? 0, backoff)), signal);
      }
    }
  };

  const embedder: OpenAIEmbedder = {
    id: [provider, model, dimensions ?? nativeDimensions[model]]
      .filter((part) => part !== undefined)
      .join("/"),
    symmetric: true,
    get dimensions() {
      return learntDimensions;
    },
    usage: () => ({ requests, tokens, cutTexts }),
    async *embedBatches(texts, { signal } = {}) {
      signal?.throwIfAborted();
      checkTexts(texts);
      const tokenizer = await loadCl100k();
      function* inputs(): Generator<SizedInput> {
        for (const [index, whole] of texts.entries()) {
          let text = whole;
          let count = tokenizer.count(text);
          if (count > maxTokensPerInput) {
            text = tokenizer.cut(text, maxTokensPerInput);
            count = maxTokensPerInput;
            cutTexts++;
          }
          yield { index, text, tokens: count };
        }
      }
      const stop = new AbortController();
      const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
      try {
        yield* runConcurrently(
          packBatches(inputs(), { maxInputs: maxInputsPerRequest, maxTokens: maxTokensPerRequest }),
          (batch) => send(batch, either),
          () => concurrency,
        );
      } finally {
        stop.abort(); // whoever stops listening stops the requests
      }
    },
    async embed(texts, options = {}) {
      return collectBatches(
        embedder.id,
        texts.length,
        embedder.embedBatches(texts, options),
        options,
      );
    },
  };
  return embedder;
}

function providerOf(baseURL: string): string {
  const host = new URL(baseURL).hostname;
  return host === "api.openai.com" ? "openai" : host;
}

/** An environment variable where there is an environment; an empty one counts as absent. */
function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const value = process?.env?.[name]?.trim();
  return value === "" ? undefined : value;
}
