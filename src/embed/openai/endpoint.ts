import { inPieces } from "../../base/event-loop.js";
import type { Wait } from "../../base/progress.js";
import type { SizedInput } from "../requests/pack-batches.js";
import { decodeRows, MalformedAnswerError, type EmbeddingAnswer } from "./decode-answer.js";
import type { HeadersLike } from "../requests/rate-limiter.js";
import { createEncodings, type Encoding } from "./server/encodings.js";
import type { ServerLimits } from "./server-limits.js";
import type { OpenAISettings } from "./settings.js";

/** The time that an attempt may take is over. */
export class NoAnswerError extends Error {
  constructor(timeoutMs: number, cause: unknown) {
    super(`no answer within ${timeoutMs} ms`, { cause });
  }
}

/** How a request may be stopped. */
export interface SendSignals {
  /** Ends waits and requests. */
  readonly signal: AbortSignal;
  /** Ends waits, and lets a request that is on its way arrive. */
  readonly halt: AbortSignal;
  /** Told what is waited for. */
  readonly onWait?: ((wait: Wait) => void) | undefined;
}

/** A server's `POST /embeddings`: one request, one answer. */
export interface EmbeddingsEndpoint {
  /** Sends a batch once, as soon as the limits let it; an answer that is not what was asked is an error. */
  request(batch: readonly SizedInput[], signals: SendSignals): Promise<EmbeddingAnswer>;
  /** Requests sent, and tokens the server counted in those it answered. */
  counts(): { readonly requests: number; readonly tokens: number };
  /** Length of the vectors, as soon as it is known. */
  readonly dimensions: number | undefined;
  /** When the last answer came, by `performance.now()`. */
  readonly answeredAt: number;
  /** Requests under way. */
  readonly underWay: number;
}

export function createEmbeddingsEndpoint(
  { client, model, requestedDimensions, knownDimensions, timeoutMs }: OpenAISettings,
  limits: ServerLimits,
): EmbeddingsEndpoint {
  let dimensions = knownDimensions;
  /** Whole answers by the length of their vectors: one that is alone in its length does not settle it. */
  const answers = new Map<number, number>();
  const encodings = createEncodings();
  const learnLength = (length: number): void => {
    const votes = (answers.get(length) ?? 0) + 1;
    answers.set(length, votes);
    if (knownDimensions === undefined && votes > (answers.get(dimensions ?? -1) ?? 0)) {
      dimensions = length;
    }
  };
  let answeredAt = -Infinity;
  let underWay = 0;
  let requests = 0;
  let tokens = 0;
  return {
    async request(batch, { signal, halt, onWait }) {
      const permit = await limits.acquire(batch, halt, onWait);
      requests++;
      underWay++;
      // The client's own timeout ends with the headers; this one also ends a body that stalls.
      const deadline = AbortSignal.timeout(timeoutMs);
      let headers: HeadersLike | undefined;
      const ask = async (encoding: Encoding): Promise<EmbeddingAnswer> => {
        const { data, response } = await client.embeddings
          .create(
            {
              model,
              input: batch.map(({ text }) => text),
              encoding_format: encoding,
              ...(requestedDimensions === undefined ? {} : { dimensions: requestedDimensions }),
            },
            {
              signal: AbortSignal.any([signal, deadline]),
              maxRetries: 0,
              fetchOptions: { maxBytes: mostBytes(batch.length, dimensions) },
            },
          )
          .withResponse();
        headers = response.headers;
        const answer = await inPieces(decodeRows(data, batch.length, knownDimensions), signal);
        learnLength(answer.vectors.cols);
        checkAnswerLength(answer.vectors.cols, dimensions);
        encodings.understood(encoding);
        return answer;
      };
      try {
        const asked = encodings.next();
        const answer = await ask(asked).catch(async (error: unknown) => {
          if (signal.aborted || !encodings.mayBeRefused(error, asked)) throw error;
          requests++;
          return ask("float");
        });
        answeredAt = performance.now();
        if (answer.tokens !== undefined) {
          tokens += answer.tokens;
          limits.learnTokens(batch, answer.tokens);
        }
        return answer;
      } catch (error) {
        headers ??= headersOf(error);
        signal.throwIfAborted();
        if (deadline.aborted) throw new NoAnswerError(timeoutMs, error);
        throw error;
      } finally {
        underWay--;
        permit.done(headers);
      }
    },
    counts: () => ({ requests, tokens }),
    get dimensions() {
      return dimensions;
    },
    get answeredAt() {
      return answeredAt;
    },
    get underWay() {
      return underWay;
    },
  };
}

/** More bytes than so many vectors take as text; where their length is not known, as the longest there are. */
function mostBytes(texts: number, dimensions = 8192): number {
  return Math.min(texts * dimensions * 32 + 1_000_000, 256_000_000);
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
