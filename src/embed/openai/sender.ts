import { gatherRows } from "../../math/matrix.js";
import type { SizedInput } from "../requests/pack-batches.js";
import {
  createPieceSearch,
  mostAtFirst,
  pieceBudget,
  type Piece,
  type PieceBudget,
} from "../requests/piece-search.js";
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
   * @param budget What pieces of it may cost; those of a batch share it.
   * @param rest Whether the batch is what an answer had no vectors for, though it had others.
   */
  const settle = async (
    batch: readonly SizedInput[],
    result: EmbeddingAnswer | BatchRefusal,
    signals: SendSignals,
    budget?: PieceBudget,
    rest = false,
  ): Promise<Delivery> => {
    if ("vectors" in result) return settleAnswer(batch, result, signals);
    if (batch.length === 1) return { answered: [], refused: refusedTexts(batch, result) };
    const { kind, fault } = result.failure;
    if (fault === "size") return sendSmaller(batch, signals);
    if (fault !== undefined) {
      const left = budget ?? pieceBudget(batch.length, 3);
      return bisect(batch, result, signals, left, { first: true, rest });
    }
    if (kind === "input") {
      return separate(batch, result, signals, budget ?? pieceBudget(batch.length, 1));
    }
    return sendHalves(batch, signals); // more tokens than the server takes in a minute
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
      settle(rest, await request(rest, signals, { rest: true }), signals, undefined, true),
    );
  };

  /**
   * @param asked How many inputs the request had that was refused, where it had others, too.
   * @throws EmbeddingRequestError when so much is refused that it cannot be the inputs' fault.
   */
  const refusedTexts = (
    batch: readonly SizedInput[],
    { failure, cause }: BatchRefusal,
    asked = batch.length,
  ): RefusedText[] => {
    refusals += batch.length;
    if (refusesTheJob(refusals, accepted)) {
      throw requestError(settings, failure, cause);
    }
    // Of rows that are wrong each text has its own.
    const among =
      asked === 1 || failure.fault === "vectors"
        ? ""
        : ` (to this text or to one of ${asked - 1} others)`;
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
   * Finds the texts that a server refuses, or how many it takes at once. Where the budget is over, because nothing passes, what is
   * left of the batch is refused together.
   */
  const separate = async (
    batch: readonly SizedInput[],
    refusal: BatchRefusal,
    signals: SendSignals,
    budget: PieceBudget,
  ): Promise<Delivery> => {
    const search = createPieceSearch(batch.length, refusal, () => accepted > 0);
    /** Each with the request that was refused. They are judged last, by what was accepted. */
    const wrong: Parameters<typeof refusedTexts>[] = [];
    const ask = async (piece: Piece<BatchRefusal>): Promise<Delivery> => {
      const inputs = batch.slice(piece.start, piece.end);
      if (inputs.length > 1 && limits.exceededBy(inputs)) {
        search.halve(piece);
        return nothing;
      }
      if (budget.left < 1) {
        wrong.push([inputs, piece.of.refusal, piece.of.size]);
        return nothing;
      }
      budget.left--;
      const result = await request(inputs, signals);
      if ("failure" in result && result.failure.kind === "input") {
        search.refused(piece, result);
        if (inputs.length === 1) wrong.push([inputs, result]);
        if (accepted === 0 && wrong.length === mostAtFirst)
          for (const one of wrong) refusedTexts(...one);
        return nothing;
      }
      const delivery = await settle(inputs, result, signals, budget);
      if (delivery.answered.length > 0) budget.left += budget.grant;
      if ("vectors" in result) {
        // What was refused and had nothing wrong in it was itself too large for this server.
        for (const { largest, refusal: whole } of search.passed(piece)) {
          limits.learnInputs(largest, whole.failure.status === 413);
        }
      }
      return delivery;
    };
    let delivery: Delivery = nothing;
    for (let piece = search.next(); piece !== undefined; piece = search.next()) {
      const now = piece;
      delivery = await joined(delivery, () => ask(now));
      if (delivery.failure !== undefined) return delivery;
    }
    return joined(delivery, async () => ({
      answered: [],
      refused: wrong.flatMap((one) => refusedTexts(...one)),
    }));
  };

  /**
   * Finds the texts that a server fails at, by an error or by rows that are no vectors. When both first halves fail it is the
   * server: no more pieces are sent. Where it has just given other rows it is the texts, each of which has a wrong row.
   *
   * @param search Whether none has passed yet, and whether the batch is the rest of an answer.
   */
  const bisect = async (
    batch: readonly SizedInput[],
    refusal: BatchRefusal,
    signals: SendSignals,
    budget: PieceBudget,
    search: { first: boolean; readonly rest: boolean },
  ): Promise<Delivery> => {
    if (budget.left < 2) return { answered: [], refused: refusedTexts(batch, refusal) };
    budget.left -= 2;
    const halves = halvesOf(batch);
    const results: (EmbeddingAnswer | BatchRefusal)[] = [];
    for (const half of halves) results.push(await request(half, signals, { piece: true }));
    const failed = results.map(
      (result) => "failure" in result && ["server", "vectors"].includes(result.failure.fault ?? ""),
    );
    if (search.first && failed.every(Boolean)) {
      if (search.rest) return { answered: [], refused: refusedTexts(batch, refusal) };
      const result = await request(batch, signals, { whole: true, failures: 3 });
      return settle(batch, result, signals);
    }
    search.first = false;
    const settleHalf = (k: number): Promise<Delivery> => {
      const [half, result] = [halves[k], results[k]];
      return "failure" in result && failed[k] && half.length > 1
        ? bisect(half, result, signals, budget, search)
        : settle(half, result, signals, budget);
    };
    // Answers first: what is refused is judged by what was accepted.
    const [one, other] = failed[0] ? [1, 0] : [0, 1];
    return joined(await settleHalf(one), () => settleHalf(other));
  };

  return send;
}

function halvesOf(batch: readonly SizedInput[]): [readonly SizedInput[], readonly SizedInput[]] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

const nothing: Delivery = { answered: [], refused: [] };

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
