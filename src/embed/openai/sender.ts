import { gatherRows } from "../../math/matrix.js";
import type { SizedInput } from "../requests/pack-batches.js";
import { refusesTheJob, type RefusedText } from "../requests/refused-texts.js";
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

export function createSender(
  settings: OpenAISettings,
  limits: ServerLimits,
  endpoint: EmbeddingsEndpoint,
): Send {
  const request = createRetries(settings, limits, endpoint);
  let accepted = 0;
  let refusals = 0;

  const send: Send = async (batch, signals) => {
    try {
      if (limits.exceededBy(batch)) return await sendHalves(batch, signals);
      return await settle(batch, await request(batch, signals), signals);
    } catch (error) {
      return { answered: [], refused: [], failure: { error } };
    }
  };

  /**
   * What a batch's answer or refusal leaves to be done.
   *
   * @param rest Whether the batch is what an answer had no vectors for, though it had others.
   */
  const settle = async (
    batch: readonly SizedInput[],
    result: EmbeddingAnswer | BatchRefusal,
    signals: SendSignals,
    rest = false,
  ): Promise<Delivery> => {
    if ("vectors" in result) return settleAnswer(batch, result, signals);
    if (batch.length === 1) return { answered: [], refused: refusedTexts(batch, result) };
    const { kind, fault } = result.failure;
    if (fault === "size") return sendSmaller(batch, signals);
    if (fault !== undefined) return bisect(batch, result, signals, piecesFor(batch, rest));
    const delivery = await sendHalves(batch, signals);
    // Nothing in it was wrong: the batch itself was too large for this server.
    if (kind === "input" && delivery.refused.length === 0 && delivery.failure === undefined) {
      const passed = Math.max(...delivery.answered.map(({ inputs }) => inputs.length));
      limits.learnInputs(passed, result.failure.status === 413);
    }
    return delivery;
  };

  /** Keeps the good rows of an answer, and asks for the others again. */
  const settleAnswer = async (
    batch: readonly SizedInput[],
    answer: EmbeddingAnswer,
    signals: SendSignals,
  ): Promise<Delivery> => {
    const { faulty, vectors } = answer;
    accepted += batch.length - faulty.length;
    if (faulty.length === 0) return { answered: [{ inputs: batch, answer }], refused: [] };
    const bad = new Set(faulty.map(({ input }) => input));
    const good = Array.from(batch.keys()).filter((k) => !bad.has(k));
    const whole = { ...answer, vectors: gatherRows(vectors, good), faulty: [] };
    const kept = { answered: [{ inputs: good.map((k) => batch[k]), answer: whole }], refused: [] };
    const rest = batch.filter((_, k) => bad.has(k));
    return joined(kept, async () =>
      settle(rest, await request(rest, signals, { rest: true }), signals, true),
    );
  };

  /** @throws EmbeddingRequestError when so much is refused that it cannot be the inputs' fault. */
  const refusedTexts = (
    batch: readonly SizedInput[],
    { failure, cause }: BatchRefusal,
  ): RefusedText[] => {
    refusals += batch.length;
    if (refusesTheJob(refusals, accepted)) {
      throw requestError(settings, failure, cause);
    }
    // Of rows that are wrong each text has its own.
    const among =
      batch.length === 1 || failure.fault === "vectors"
        ? ""
        : ` (to this text or to one of ${batch.length - 1} others)`;
    const reason = `${failure.sentence}${among}`;
    return batch.map(({ index, text }) => ({ index, text, reason }));
  };

  const sendHalves: Send = async (batch, signals) => {
    const [first, second] = halvesOf(batch);
    return joined(await send(first, signals), () => send(second, signals));
  };

  /** For a server or gateway that takes too long: the first half of a half, until one passes; the rest is sent like it. */
  const sendSmaller: Send = async (batch, signals) => {
    for (let size = batch.length; size > 1;) {
      size = Math.ceil(size / 2);
      const piece = batch.slice(0, size);
      const result = await request(piece, signals, { piece: true });
      if ("failure" in result && result.failure.fault === "size") continue;
      if ("vectors" in result) limits.learnInputs(size, true);
      return joined(await settle(piece, result, signals), () => send(batch.slice(size), signals));
    }
    // Not even one text passes: an outage, which smaller batches do not end.
    return settle(batch, await request(batch, signals, { whole: true, failures: 2 }), signals);
  };

  /**
   * Finds the texts that a server fails at, by an error or by rows that are no vectors. When both first halves fail it is the
   * server: no more pieces are sent. Where it has just given other rows it is the texts, each of which has a wrong row.
   *
   * @param pieces Requests that may still be spent on pieces of the batch.
   */
  const bisect = async (
    batch: readonly SizedInput[],
    refusal: BatchRefusal,
    signals: SendSignals,
    pieces: Pieces,
  ): Promise<Delivery> => {
    if (pieces.left < 2) return { answered: [], refused: refusedTexts(batch, refusal) };
    pieces.left -= 2;
    const halves = halvesOf(batch);
    const results: (EmbeddingAnswer | BatchRefusal)[] = [];
    for (const half of halves) results.push(await request(half, signals, { piece: true }));
    const failed = results.map(
      (result) => "failure" in result && ["server", "vectors"].includes(result.failure.fault ?? ""),
    );
    if (pieces.first && failed.every(Boolean)) {
      if (pieces.rest) return { answered: [], refused: refusedTexts(batch, refusal) };
      const result = await request(batch, signals, { whole: true, failures: 3 });
      return settle(batch, result, signals);
    }
    pieces.first = false;
    const settleHalf = (k: number): Promise<Delivery> => {
      const [half, result] = [halves[k], results[k]];
      return "failure" in result && failed[k] && half.length > 1
        ? bisect(half, result, signals, pieces)
        : settle(half, result, signals);
    };
    // Answers first: what is refused is judged by what was accepted.
    const [one, other] = failed[0] ? [1, 0] : [0, 1];
    return joined(await settleHalf(one), () => settleHalf(other));
  };

  return send;
}

/** What may still be spent on pieces of a batch. */
interface Pieces {
  left: number;
  /** Whether none has passed yet. */
  first: boolean;
  /** Whether the batch is what an answer had no vectors for, though it had others. */
  readonly rest: boolean;
}

/** At most 4 log2(n) requests for one batch, the three before its first split included. */
function piecesFor(batch: readonly SizedInput[], rest: boolean): Pieces {
  return { left: Math.max(2, 4 * Math.ceil(Math.log2(batch.length)) - 3), first: true, rest };
}

function halvesOf(batch: readonly SizedInput[]): [readonly SizedInput[], readonly SizedInput[]] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

/** Two deliveries as one; the second is not sent where the first has ended the job. */
async function joined(first: Delivery, next: () => Promise<Delivery>): Promise<Delivery> {
  if (first.failure !== undefined) return first;
  // What was answered before stays paid for, whatever comes.
  const second = await next().catch((error: unknown): Delivery => ({
    answered: [],
    refused: [],
    failure: { error },
  }));
  return {
    answered: [...first.answered, ...second.answered],
    refused: [...first.refused, ...second.refused],
    failure: second.failure,
  };
}
