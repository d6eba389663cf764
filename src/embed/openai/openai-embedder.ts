import { inPieces } from "../../base/event-loop.js";
import type { Progress, Wait } from "../../base/progress.js";
import { runConcurrently } from "../../base/run-concurrently.js";
import { untilAborted } from "../../base/until-aborted.js";
import { checkTexts } from "../check-texts.js";
import type { EmbeddedBatch, EmbedOptions, Embedder } from "../embedder.js";
import { collectBatches } from "../requests/collect-batches.js";
import { heedsNoMore, type NoMoreOptions } from "../requests/no-more.js";
import { packBatches } from "../requests/pack-batches.js";
import { RefusedTextsError, type RefusedText } from "../requests/refused-texts.js";
import { createAssembler } from "./assemble-texts.js";
import { createEmbeddingsEndpoint } from "./endpoint.js";
import { estimateOf } from "./estimate.js";
import { planRequests, type EmbeddingPlan } from "./plan.js";
import { checkInputs, sizedInputs } from "./tokens/prepare-inputs.js";
import { costOf } from "./prices.js";
import { createSender } from "./sender.js";
import { createServerLimits } from "./server-limits.js";
import { resolveSettings, type OpenAIEmbedderOptions } from "./settings.js";

export interface OpenAIUsage {
  /** Requests sent, retries included. */
  readonly requests: number;
  /** Tokens the server counted. */
  readonly tokens: number;
  /** US dollars for them; `undefined` where the model's price is not known. */
  readonly cost: number | undefined;
  /** Texts cut or split because they had more tokens (with "cut-bytes": more bytes) than `maxTokensPerInput`. */
  readonly longTexts: number;
}

export interface OpenAIEmbedder extends Embedder {
  readonly symmetric: true;
  embedBatches(texts: readonly string[], options?: EmbedOptions): AsyncIterable<EmbeddedBatch>;
  /** What was used since the embedder was made. */
  usage(): OpenAIUsage;
  /** A dry run: counts what `embed` would send, and sends nothing. Tokens are counted one by one, exactly, by a tokenizer. */
  plan(texts: readonly string[], options?: Pick<EmbedOptions, "signal">): Promise<EmbeddingPlan>;
}

/**
 * Embeds with OpenAI or any server that speaks its `POST /embeddings`.
 *
 * Texts are packed into requests by tokens and count. Several requests are under way at once, as many as the server's
 * limits per minute allow: those are learnt from its `x-ratelimit-*` headers. 408, 409, 429, 5xx, broken connections,
 * timeouts and malformed answers are sent again after a jittered, doubling wait that honours the server's
 * `retry-after`; what no waiting heals stops at once. A request that is refused for its inputs is halved until the
 * culprits are found; they are named in the end, when all others are embedded. Wrap it in a cache: it delivers each
 * finished request, which the cache then keeps.
 *
 * @throws RangeError when an option is out of range, or there is no key (naming the environment variable). From `embed`:
 *   Error with the command that installs the tokenizer, before anything is sent, for a text that needs it;
 *   `EmbeddingRequestError` in one sentence naming the address; {@link RefusedTextsError} naming texts the server refuses.
 */
export function createOpenAIEmbedder(options: OpenAIEmbedderOptions = {}): OpenAIEmbedder {
  const settings = resolveSettings(options, "createOpenAIEmbedder");
  const limits = createServerLimits(settings);
  const endpoint = createEmbeddingsEndpoint(settings, limits);
  const send = createSender(settings, limits, endpoint);
  let longTexts = 0;

  async function* embedBatches(
    texts: readonly string[],
    { signal, onWait, noMore }: EmbedOptions & NoMoreOptions = {},
  ): AsyncGenerator<EmbeddedBatch, void, undefined> {
    signal?.throwIfAborted();
    checkTexts(texts, "embed");
    // Its table takes a second to load on a busy machine.
    const tokenizer = await untilAborted(settings.loadTokenizer(), signal);
    if (tokenizer === undefined) limits.sizeByBytes();
    await inPieces(checkInputs(texts, tokenizer, settings, "embed"), signal);
    const inputs = sizedInputs(texts, tokenizer, settings, () => longTexts++);
    const assemble = createAssembler();
    const refused = new Map<number, RefusedText>();
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    // What no waiting heals: nobody need wait for it any more, but what is on its way is paid for and may arrive.
    const halt = new AbortController();
    const halts = [either, halt.signal, ...(noMore === undefined ? [] : [noMore])];
    const signals = { signal: either, halt: AbortSignal.any(halts), onWait };
    try {
      const deliveries = runConcurrently(
        packBatches(inputs, limits.next, signals.halt),
        async (batch) => {
          const delivery = await send(batch, signals);
          if (delivery.failure !== undefined) halt.abort(delivery.failure.error);
          return delivery;
        },
        () => settings.concurrency,
      );
      for await (const delivery of deliveries) {
        for (const entry of delivery.refused) refused.set(entry.index, entry);
        for (const answered of delivery.answered) {
          const batch = assemble(answered);
          if (batch.indices.length > 0) yield batch;
        }
      }
      signals.halt.throwIfAborted();
    } finally {
      stop.abort(); // whoever stops listening stops the requests
    }
    if (refused.size > 0) {
      const inOrder = [...refused.values()].sort((a, b) => a.index - b.index);
      throw new RefusedTextsError("embed", inOrder);
    }
  }

  return {
    id: settings.id,
    symmetric: true,
    get dimensions() {
      return endpoint.dimensions;
    },
    embedBatches: heedsNoMore(embedBatches),
    async embed(texts, embedOptions = {}) {
      let progress: Progress = { stage: "embed", done: 0, total: texts.length };
      const onProgress = (now: Progress): void => embedOptions.onProgress?.((progress = now));
      const onWait = (waiting: Wait): void => embedOptions.onProgress?.({ ...progress, waiting });
      const batches = embedBatches(texts, { ...embedOptions, onWait });
      return collectBatches(settings.id, texts.length, batches, { onProgress });
    },
    usage() {
      const { requests, tokens } = endpoint.counts();
      return { requests, tokens, cost: costOf(tokens, settings.pricePerMillionTokens), longTexts };
    },
    async estimate(texts, { signal } = {}) {
      checkTexts(texts, "estimate");
      return estimateOf(await planRequests(texts, settings, signal), settings);
    },
    async plan(texts, { signal } = {}) {
      checkTexts(texts, "plan");
      return planRequests(texts, settings, signal);
    },
  };
}
