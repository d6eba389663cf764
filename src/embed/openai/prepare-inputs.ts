import { refuse } from "../../base/checks.js";
import type { SizedInput } from "../requests/pack-batches.js";
import { RefusedTextsError, type RefusedText } from "../requests/refused-texts.js";
import { utf8Length } from "../../base/utf8-length.js";
import type { OpenAISettings } from "./settings.js";
import { createTokenEstimator } from "./token-estimator.js";
import type { Tokenizer } from "./tokenizer.js";

type LongInputSettings = Pick<OpenAISettings, "longInputs" | "maxTokensPerInput">;

/** Who is told of long texts. */
interface LongInputListeners {
  /** The function that was given the texts, which a refusal names. */
  readonly caller: string;
  /** Called with the position of each text that was too long. */
  readonly onLong?: (index: number) => void;
}

/**
 * Texts as inputs with their tokens, long ones cut or split; lazy, so that counting goes on while requests are under way.
 * Where long texts are refused, all are looked at now, before any request is made.
 *
 * @throws RefusedTextsError naming texts that are too long, where `longInputs` is `"refuse"`.
 */
export function prepareInputs(
  texts: readonly string[],
  tokenizer: Tokenizer,
  settings: LongInputSettings,
  { caller, onLong }: LongInputListeners,
): Iterable<SizedInput> {
  if (settings.longInputs === "refuse") {
    const refused = longTexts(texts, tokenizer, settings.maxTokensPerInput);
    if (refused.length > 0) throw new RefusedTextsError(caller, refused);
  }
  return sizeInputs(texts, tokenizer, settings, onLong);
}

function* sizeInputs(
  texts: readonly string[],
  tokenizer: Tokenizer,
  { longInputs, maxTokensPerInput }: LongInputSettings,
  onLong: ((index: number) => void) | undefined,
): Generator<SizedInput, void, undefined> {
  const estimator = createTokenEstimator(tokenizer, maxTokensPerInput);
  for (const [index, text] of texts.entries()) {
    const { tokens, exact } = estimator.estimate(text);
    if (!exact || tokens <= maxTokensPerInput) yield { index, text, tokens, parts: 1 };
    else {
      onLong?.(index);
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

function longTexts(texts: readonly string[], tokenizer: Tokenizer, limit: number): RefusedText[] {
  const refused: RefusedText[] = [];
  for (const [index, text] of texts.entries()) {
    if (utf8Length(text) <= limit) continue; // a token has at least one byte
    const tokens = tokenizer.count(text);
    if (tokens > limit) {
      refused.push({
        index,
        text,
        reason: `must have at most ${limit} tokens, received ${tokens}`,
      });
    }
  }
  return refused;
}

/** Consecutive parts that make up the text, each of at most `limit` tokens. */
function splitText(text: string, tokenizer: Tokenizer, limit: number): string[] {
  const parts: string[] = [];
  for (let rest = text; rest !== "";) {
    const part = tokenizer.cut(rest, limit);
    if (part === "") {
      // Only this one splits: the Batch API's function refuses to.
      refuse("createOpenAIEmbedder: maxTokensPerInput", "enough for every character", limit);
    }
    // A part of white space only has no direction of its own.
    if (/\S/.test(part)) parts.push(part);
    rest = rest.slice(part.length);
  }
  return parts;
}
