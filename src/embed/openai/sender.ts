import type { SizedInput } from "../requests/pack-batches.js";
import type { RefusedText } from "../requests/refused-texts.js";
import type { EmbeddingAnswer } from "./decode-answer.js";
import type { EmbeddingsEndpoint, SendSignals } from "./endpoint.js";
import { requestError } from "./failures.js";
import { createRetries, type BatchRefusal } from "./retries.js";
import type { ServerLimits } from "./server-limits.js";
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

/** Sends a batch, halved where the server refuses it. Never rejects: whatever ends it stands in the delivery. */
export type Send = (batch: readonly SizedInput[], signals: SendSignals) => Promise<Delivery>;

/** Inputs refused one by one before the rest of the job is given up. */
const maxRefused = 20;

export function createSender(
  settings: OpenAISettings,
  limits: ServerLimits,
  endpoint: EmbeddingsEndpoint,
): Send {
  const request = createRetries(settings, limits, endpoint);
  let accepted = false;
  let refusals = 0;

  const send: Send = async (batch, signals) => {
    try {
      return await sendWhole(batch, signals);
    } catch (error) {
      return { answered: [], refused: [], failure: { error } };
    }
  };

  const sendWhole: Send = async (batch, signals) => {
    if (limits.exceededBy(batch)) return sendHalves(batch, signals);
    const result = await request(batch, signals);
    if ("vectors" in result) {
      accepted = true;
      return { answered: [{ inputs: batch, answer: result }], refused: [] };
    }
    if (batch.length === 1) return { answered: [], refused: [refusedText(batch[0], result)] };
    const delivery = await sendHalves(batch, signals);
    // Nothing in it was wrong: the batch itself was too large for this server.
    if (delivery.refused.length === 0 && delivery.failure === undefined) {
      limits.learnInputs(Math.max(...delivery.answered.map(({ inputs }) => inputs.length)));
    }
    return delivery;
  };

  /** @throws EmbeddingRequestError when so much is refused that it cannot be the inputs' fault. */
  const refusedText = (
    { index, text }: SizedInput,
    { failure, cause }: BatchRefusal,
  ): RefusedText => {
    refusals++;
    if (refusals > maxRefused || (refusals > 1 && !accepted)) {
      throw requestError(settings.address, failure, cause);
    }
    return { index, text, reason: failure.sentence };
  };

  const sendHalves: Send = async (batch, signals) => {
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

  return send;
}
