import type { EmbeddingPlan } from "../../embed/openai/plan.js";
import { wrongUse } from "../failures.js";
import type { CommandIo } from "../io.js";
import type { EmbedderFlags, OpenEmbedder } from "./open-embedder.js";

/** What embedding would take, summed over blocks of texts. */
export type Estimate = Pick<
  EmbeddingPlan,
  "tokens" | "longTexts" | "requests" | "cost" | "batchCost"
> & {
  /** Texts that are not in the cache. */
  readonly missing: number;
};

export const noEstimate: Estimate = {
  missing: 0,
  tokens: 0,
  longTexts: 0,
  requests: 0,
  cost: 0,
  batchCost: 0,
};

export interface EstimateOptions {
  readonly side: "query" | "passage";
  readonly signal: AbortSignal;
  /** Whether tokens are counted too, which takes time: where somebody is paid, or asked for it. */
  readonly tokens: boolean;
}

/** Counts what texts would take that the cache does not have. */
export async function estimate(
  open: OpenEmbedder,
  texts: readonly string[],
  { side, signal, tokens }: EstimateOptions,
): Promise<Estimate> {
  const missing = await open.cache?.cached.missing(texts, { side, signal });
  if (missing === undefined || missing.length === 0 || open.plan === undefined || !tokens) {
    return { ...noEstimate, missing: missing?.length ?? 0 };
  }
  const plan = await open.plan(missing, signal);
  return { ...plan, missing: missing.length };
}

export function addEstimates(a: Estimate, b: Estimate): Estimate {
  const sum = (x: number | undefined, y: number | undefined): number | undefined =>
    x === undefined || y === undefined ? undefined : x + y;
  return {
    missing: a.missing + b.missing,
    tokens: a.tokens + b.tokens,
    longTexts: a.longTexts + b.longTexts,
    requests: a.requests + b.requests,
    cost: sum(a.cost, b.cost),
    batchCost: sum(a.batchCost, b.batchCost),
  };
}

/** An estimate in words. */
export function estimateSentence({
  missing,
  tokens,
  longTexts,
  requests,
  cost,
  batchCost,
}: Estimate): string {
  if (missing === 0) return "every text is in the cache: nothing to embed, nothing to pay";
  const long = longTexts === 0 ? "" : `; ${longTexts} texts are too long and will be cut`;
  const price =
    cost === undefined
      ? "price unknown"
      : `${dollars(cost)}${batchCost === undefined ? "" : ` (${dollars(batchCost)} by the Batch API)`}`;
  return `${count(missing, "text")} to embed, ${count(tokens, "token")} in ${count(requests, "request")}: ${price}${long}`;
}

export function dollars(cost: number): string {
  if (cost > 0 && cost < 1e-6) return "less than $0.000001";
  return `$${cost.toFixed(cost > 0 && cost < 0.1 ? 6 : 2)}`;
}

const count = (n: number, unit: string): string =>
  `${n.toLocaleString("en")} ${unit}${n === 1 ? "" : "s"}`;

/**
 * Asks a person, or `--max-cost`, before money is spent.
 *
 * @throws CommandError (wrong use) where nobody agrees.
 */
export async function agreeToSpend(
  { priced, model }: OpenEmbedder,
  estimated: Estimate,
  { maxCost }: Pick<EmbedderFlags, "maxCost">,
  io: CommandIo,
): Promise<void> {
  const { cost, missing } = estimated;
  if (!priced || missing === 0) return;
  if (cost === undefined) {
    throw wrongUse(
      `the price of ${model} is not known; --price names it, in US dollars per million tokens (0 where it is free)`,
    );
  }
  const sentence = estimateSentence(estimated);
  if (maxCost !== undefined) {
    if (cost <= maxCost) return io.say(sentence);
    throw wrongUse(`${sentence}, more than --max-cost ${maxCost}; nothing was sent`);
  }
  if (io.ask === undefined) {
    throw wrongUse(
      `${sentence}; --max-cost USD agrees to a price, --dry-run prints it and ends; nothing was sent`,
    );
  }
  const answer = await io.ask(`${sentence}. Go on? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw wrongUse("not agreed to: nothing was sent");
}
