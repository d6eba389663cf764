import { createRandom } from "../../base/random.js";
import { backoff } from "../requests/backoff.js";
import { tokensOf, type BatchLimits, type SizedInput } from "../requests/pack-batches.js";
import { createRateLimiter } from "../requests/rate-limiter.js";
import type { RefusedText } from "../requests/refused-texts.js";
import { sleep } from "../../base/sleep.js";
import { decodeAnswer, type EmbeddingAnswer } from "./decode-answer.js";
import { classify, EmbeddingRequestError, type Failure } from "./failures.js";
import type { OpenAISettings } from "./settings.js";

/** Inputs and their answer, in the same order. */
export interface AnsweredInputs {
  readonly inputs: readonly SizedInput[];
  readonly answer: EmbeddingAnswer;
}

/** What became of a batch: it may have been sent in pieces. */
export interface Delivery {
  readonly answered: readonly AnsweredInputs[];
  readonly refused: readonly RefusedText[];
  /** What ended it before all of it was answered; what was answered until then was paid for. */
  readonly failure?: { readonly error: unknown } | undefined;
}

/** How a batch may be stopped. */
export interface SendSignals {
  /** Ends waits and requests. */
  readonly signal: AbortSignal;
  /** Ends waits, and lets a request that is on its way arrive. */
  readonly halt: AbortSignal;
}

export interface SenderCounts {
  readonly requests: number;
  readonly tokens: number;
}

/** Sends batches until they are answered, within all limits, learning those it was not told. */
export interface Sender {
  /** Never rejects: whatever ends it stands in the delivery. */
  send(batch: readonly SizedInput[], signals: SendSignals): Promise<Delivery>;
  /** The limits a new batch should keep; the first is smaller than others while the server's are not known. */
  limits(): BatchLimits;
  counts(): SenderCounts;
  readonly dimensions: number | undefined;
}

/** How often to knock at a door that nobody opens before saying so. */
const unreachableRetries = 2;

/** The first request of a server whose limits are not known goes alone, so it is a small one. */
const probe: BatchLimits = { maxInputs: 256, maxTokens: 30_000 };

/** Inputs refused one by one before the rest of the job is given up. */
const maxRefused = 20;

export function createSender(settings: OpenAISettings): Sender {
  const { client, model, address, requestedDimensions, maxRetries, timeoutMs, maxWaitMs } =
    settings;
  const random = createRandom(`${settings.seed}/jitter`);
  const limiter = createRateLimiter(settings.rateLimits);
  let dimensions = settings.knownDimensions;
  let maxInputs = settings.maxInputsPerRequest;
  let requests = 0;
  let tokens = 0;
  /** The server's tokens per token of ours, at worst: its limits are counted in its tokens. */
  let tokenScale = 1;
  let accepted = false;
  let probing =
    settings.rateLimits.requestsPerMinute === undefined &&
    settings.rateLimits.tokensPerMinute === undefined;
  let refusals = 0;

  /** One request, one answer. */
  const attempt = async (
    batch: readonly SizedInput[],
    { signal, halt }: SendSignals,
  ): Promise<EmbeddingAnswer> => {
    const size = tokensOf(batch);
    const permit = await limiter.acquire(Math.ceil(size * tokenScale), halt);
    requests++;
    // The client's own timeout ends with the headers; this one also ends a body that stalls.
    const deadline = AbortSignal.timeout(timeoutMs);
    let headers: Headers | undefined;
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
      const answer = decodeAnswer(data, batch.length, dimensions);
      dimensions ??= answer.vectors.cols;
      accepted = true;
      if (answer.tokens !== undefined) {
        tokens += answer.tokens;
        if (size > 0) tokenScale = Math.max(tokenScale, answer.tokens / size);
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
  };

  /** Attempts until there is an answer, or a failure that no repetition will heal. */
  const persist = async (
    batch: readonly SizedInput[],
    signals: SendSignals,
  ): Promise<EmbeddingAnswer | (Failure & { readonly cause: unknown })> => {
    for (let failures = 1; ; failures++) {
      try {
        return await attempt(batch, signals);
      } catch (error) {
        signals.halt.throwIfAborted();
        const failure = classify(error);
        if (failure.kind === "input") return { ...failure, cause: error };
        if (failure.status === 429 && tooLargeForLimit(batch)) return { ...failure, cause: error };
        if (failures > retriesFor(failure)) throw finalError(failure, failures, error);
        const wait = backoff(failures, random, { askedMs: failure.waitMs, maxMs: maxWaitMs });
        // Too many requests are everybody's: a wait of this one alone would leave the others running into it.
        if (failure.status === 429) limiter.pause(Math.min(maxWaitMs, failure.waitMs ?? wait));
        await sleep(wait, signals.halt);
      }
    }
  };

  const retriesFor = ({ kind }: Failure): number =>
    kind === "retry"
      ? maxRetries
      : kind === "unreachable"
        ? Math.min(maxRetries, unreachableRetries)
        : 0;

  const finalError = (failure: Failure, tries: number, cause: unknown): EmbeddingRequestError =>
    new EmbeddingRequestError(
      `${address}: ${failure.sentence}${tries === 1 ? "" : ` (tried ${tries} times)`}`,
      { cause, status: failure.status, code: failure.code },
    );

  const tooLargeForLimit = (batch: readonly SizedInput[]): boolean =>
    batch.length > 1 && tokensOf(batch) * tokenScale > (limiter.tokensPerMinute ?? Infinity);

  const send = async (batch: readonly SizedInput[], signals: SendSignals): Promise<Delivery> => {
    try {
      return await sendWhole(batch, signals);
    } catch (error) {
      return { answered: [], refused: [], failure: { error } };
    }
  };

  const sendWhole = async (
    batch: readonly SizedInput[],
    signals: SendSignals,
  ): Promise<Delivery> => {
    // Packed before the limits were learnt: it would be refused for sure.
    if (batch.length > maxInputs || tooLargeForLimit(batch)) return sendHalves(batch, signals);
    const result = await persist(batch, signals);
    if ("vectors" in result) {
      return { answered: [{ inputs: batch, answer: result }], refused: [] };
    }
    if (batch.length === 1) {
      refusals++;
      // Several refused and none accepted: it is not the inputs' fault.
      if (refusals > maxRefused || (refusals > 1 && !accepted))
        throw finalError(result, 1, result.cause);
      const [{ index, text }] = batch;
      return { answered: [], refused: [{ index, text, reason: result.sentence }] };
    }
    const delivery = await sendHalves(batch, signals);
    // Nothing in it was wrong: the batch itself was too large for this server.
    if (delivery.refused.length === 0 && delivery.failure === undefined) {
      const accepted = Math.max(...delivery.answered.map(({ inputs }) => inputs.length));
      maxInputs = Math.min(maxInputs, accepted);
    }
    return delivery;
  };

  const sendHalves = async (
    batch: readonly SizedInput[],
    signals: SendSignals,
  ): Promise<Delivery> => {
    const middle = Math.ceil(batch.length / 2);
    const first = await send(batch.slice(0, middle), signals);
    if (first.failure !== undefined) return first;
    const second = await send(batch.slice(middle), signals);
    return {
      answered: [...first.answered, ...second.answered],
      refused: [...first.refused, ...second.refused],
      failure: second.failure,
    };
  };

  return {
    send,
    limits() {
      const first = probing;
      probing = false;
      return {
        maxInputs: Math.min(maxInputs, first ? probe.maxInputs : Infinity),
        maxTokens: Math.min(
          settings.maxTokensPerRequest,
          Math.floor((limiter.tokensPerMinute ?? Infinity) / tokenScale),
          first ? probe.maxTokens : Infinity,
        ),
      };
    },
    counts: () => ({ requests, tokens }),
    get dimensions() {
      return dimensions;
    },
  };
}

function headersOf(error: unknown): Headers | undefined {
  const { headers } = (error ?? {}) as { headers?: unknown };
  return headers instanceof Headers ? headers : undefined;
}
