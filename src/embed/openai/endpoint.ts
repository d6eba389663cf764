import type { SizedInput } from "../requests/pack-batches.js";
import { decodeAnswer, MalformedAnswerError, type EmbeddingAnswer } from "./decode-answer.js";
import type { HeadersLike } from "../requests/rate-limiter.js";
import type { ServerLimits } from "./server-limits.js";
import type { OpenAISettings } from "./settings.js";

/** How a request may be stopped. */
export interface SendSignals {
  /** Ends waits and requests. */
  readonly signal: AbortSignal;
  /** Ends waits, and lets a request that is on its way arrive. */
  readonly halt: AbortSignal;
}

/** A server's `POST /embeddings`: one request, one answer. */
export interface EmbeddingsEndpoint {
  /** Sends a batch once, as soon as the limits let it; an answer that is not what was asked is an error. */
  request(batch: readonly SizedInput[], signals: SendSignals): Promise<EmbeddingAnswer>;
  /** Requests sent, and tokens the server counted in those it answered. */
  counts(): { readonly requests: number; readonly tokens: number };
  /** Length of the vectors, as soon as it is known. */
  readonly dimensions: number | undefined;
}

export function createEmbeddingsEndpoint(
  { client, model, requestedDimensions, knownDimensions, timeoutMs }: OpenAISettings,
  limits: ServerLimits,
): EmbeddingsEndpoint {
  let dimensions = knownDimensions;
  /** Whole answers by the length of their vectors: one that is alone in its length does not settle it. */
  const answers = new Map<number, number>();
  const learnLength = (length: number): void => {
    const votes = (answers.get(length) ?? 0) + 1;
    answers.set(length, votes);
    if (knownDimensions === undefined && votes > (answers.get(dimensions ?? -1) ?? 0)) {
      dimensions = length;
    }
  };
  let requests = 0;
  let tokens = 0;
  return {
    async request(batch, { signal, halt }) {
      const permit = await limits.acquire(batch, halt);
      requests++;
      // The client's own timeout ends with the headers; this one also ends a body that stalls.
      const deadline = AbortSignal.timeout(timeoutMs);
      let headers: HeadersLike | undefined;
      try {
        const { data, response } = await client.embeddings
          .create(
            {
              model,
              input: batch.map(({ text }) => text),
              encoding_format: "base64",
              ...(requestedDimensions === undefined ? {} : { dimensions: requestedDimensions }),
            },
            { signal: AbortSignal.any([signal, deadline]), maxRetries: 0 },
          )
          .withResponse();
        headers = response.headers;
        const answer = decodeAnswer(data, batch.length, knownDimensions);
        learnLength(answer.vectors.cols);
        checkAnswerLength(answer.vectors.cols, dimensions);
        if (answer.tokens !== undefined) {
          tokens += answer.tokens;
          limits.learnTokens(batch, answer.tokens);
        }
        return answer;
      } catch (error) {
        headers ??= headersOf(error);
        signal.throwIfAborted();
        if (deadline.aborted) throw new Error(`no answer within ${timeoutMs} ms`, { cause: error });
        throw error;
      } finally {
        permit.done(headers);
      }
    },
    counts: () => ({ requests, tokens }),
    get dimensions() {
      return dimensions;
    },
  };
}

function checkAnswerLength(length: number, expected: number | undefined): void {
  if (length === expected) return;
  throw new MalformedAnswerError(
    `its vectors must have ${expected} values like those before, received ${length}`,
  );
}

function headersOf(error: unknown): HeadersLike | undefined {
  const { headers } = (error ?? {}) as { headers?: unknown };
  return headers instanceof Headers ? headers : undefined;
}
