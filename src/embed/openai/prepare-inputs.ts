import type { SizedInput } from "../requests/pack-batches.js";
import { RefusedTextsError, type RefusedText } from "../requests/refused-texts.js";
import { utf8Length } from "../../base/utf8-length.js";
import type { OpenAISettings } from "./settings.js";
import { createTokenEstimator } from "./token-estimator.js";
import type { Tokenizer } from "./tokenizer.js";

type LongInputSettings = Pick<OpenAISettings, "longInputs" | "maxTokensPerInput">;

/**
 * Texts as inputs with their tokens, long ones cut or split; lazy, so that counting goes on while requests are under way.
 *
 * @param onLong Called with the position of each text that was too long.
 */
export function* prepareInputs(
  texts: readonly string[],
  tokenizer: Tokenizer,
  { longInputs, maxTokensPerInput }: LongInputSettings,
  onLong: (index: number) => void,
): Generator<SizedInput, void, undefined> {
  const estimator = createTokenEstimator(tokenizer, maxTokensPerInput);
  for (const [index, text] of texts.entries()) {
    const { tokens, exact } = estimator.estimate(text);
    if (!exact || tokens <= maxTokensPerInput) yield { index, text, tokens, parts: 1 };
    else {
      onLong(index);
      const parts =
        longInputs === "average"
          ? splitText(text, tokenizer, maxTokensPerInput)
          : [tokenizer.cut(text, maxTokensPerInput)];
      for (const part of parts) {
        yield { index, text: part, tokens: tokenizer.count(part), parts: parts.length };
      }
    }
  }
}

/**
 * Looks for texts that are too long, before any request is made.
 *
 * @throws RefusedTextsError naming them.
 */
export function refuseLongTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  limit: number,
): void {
  const refused: RefusedText[] = [];
  for (const [index, text] of texts.entries()) {
    if (utf8Length(text) <= limit) continue; // a token has at least one byte
    const tokens = tokenizer.count(text);
    if (tokens > limit) {
      refused.push({ index, text, reason: `expected at most ${limit} tokens, received ${tokens}` });
    }
  }
  if (refused.length > 0) throw new RefusedTextsError("embed", refused);
}

/** Consecutive parts that make up the text, each of at most `limit` tokens. */
function splitText(text: string, tokenizer: Tokenizer, limit: number): string[] {
  const parts: string[] = [];
  for (let rest = text; rest !== "";) {
    const part = tokenizer.cut(rest, limit);
    if (part === "") {
      throw new RangeError(`maxTokensPerInput: ${limit} is too few for a single character`);
    }
    // A part of white space only has no direction of its own.
    if (/\S/.test(part)) parts.push(part);
    rest = rest.slice(part.length);
  }
  return parts;
}
