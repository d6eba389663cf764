import type { EmbeddingEstimate, Range } from "../../embed/embedder.js";
import { wrongUse } from "../failures.js";
import type { CommandIo } from "../io.js";
import type { EmbedderFlags, OpenEmbedder } from "./open-embedder.js";

/** An estimate in words. */
export function estimateSentence({
  toEmbed,
  tokens,
  cost,
  requests,
  minutes,
}: EmbeddingEstimate): string {
  if (toEmbed === 0) return "every text is in the cache: nothing to embed, nothing to pay";
  const work = [
    tokens === null ? undefined : `${range(tokens, count)} tokens`,
    requests === null ? undefined : `${count(requests)} ${requests === 1 ? "request" : "requests"}`,
    minutes === null ? undefined : minutesInWords(minutes),
  ].filter((part) => part !== undefined);
  if (tokens === null && requests === null) work.push("on this machine");
  const price = cost === null ? "" : `: ${range(cost, dollars)}`;
  return `${count(toEmbed)} ${toEmbed === 1 ? "text" : "texts"} to embed${work.length === 0 ? "" : `, ${work.join(", ")}`}${price}`;
}

export function dollars(cost: number): string {
  if (cost > 0 && cost < 1e-6) return "less than $0.000001";
  return `$${cost.toFixed(cost > 0 && cost < 0.1 ? 6 : 2)}`;
}

const count = (value: number): string => value.toLocaleString("en");
const minutesInWords = ({ low, high }: Range): string =>
  high < 1
    ? "less than a minute"
    : `some ${range({ low: Math.ceil(low), high: Math.ceil(high) }, count)} minutes`;

/** `3`, or `2 to 9`. */
function range({ low, high }: Range, inWords: (value: number) => string): string {
  const [least, most] = [inWords(low), inWords(high)];
  return least === most ? most : `${least} to ${most}`;
}

/**
 * Asks a person, or `--max-cost`, before money is spent; the highest price of an estimate counts.
 *
 * @throws CommandError (wrong use) where nobody agrees.
 */
export async function agreeToSpend(
  { priced, embedder }: OpenEmbedder,
  estimate: EmbeddingEstimate,
  { maxCost }: Pick<EmbedderFlags, "maxCost">,
  io: CommandIo,
): Promise<void> {
  const { cost, toEmbed } = estimate;
  if (!priced || toEmbed === 0) return;
  if (cost === null) {
    throw wrongUse(
      `the price of ${embedder.id} is not known; --price names it, in US dollars per million tokens (0 where it is free)`,
    );
  }
  const sentence = estimateSentence(estimate);
  if (maxCost !== undefined) {
    if (cost.high <= maxCost) return io.say(sentence);
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
