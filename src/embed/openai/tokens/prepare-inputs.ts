import { atOnce, type Pieces } from "../../../base/event-loop.js";
import { refuse } from "../../../base/checks.js";
import { cutText } from "../../../base/text/surrogates.js";
import { show } from "../../../base/show.js";
import type { SizedInput } from "../../requests/pack-batches.js";
import { RefusedTextsError, type RefusedText } from "../../requests/refused-texts.js";
import { utf8Length } from "./utf8-length.js";
import type { OpenAISettings } from "../settings.js";
import { createTokenEstimator } from "./token-estimator.js";
import { tokenizerPackage, type Tokenizer } from "./tokenizer.js";

type LongInputSettings = Pick<OpenAISettings, "longInputs" | "maxTokensPerInput">;

/** Who is told of long texts. */
interface LongInputListeners {
  /** The function that was given the texts, which a refusal names. */
  readonly caller: string;
  /** Called with the position of each text that was too long. */
  readonly onLong?: (index: number) => void;
}

/** {@link checkInputs} at once, and then {@link sizedInputs} without its pauses. */
export function prepareInputs(
  texts: readonly string[],
  tokenizer: Tokenizer | undefined,
  settings: LongInputSettings,
  { caller, onLong }: LongInputListeners,
): Iterable<SizedInput> {
  atOnce(checkInputs(texts, tokenizer, settings, caller));
  return withoutPauses(sizedInputs(texts, tokenizer, settings, onLong));
}

function* withoutPauses(
  inputs: Iterable<SizedInput | undefined>,
): Generator<SizedInput, void, undefined> {
  for (const input of inputs) if (input !== undefined) yield input;
}

/**
 * Whether texts must be refused before any request is made, a text a piece.
 *
 * @throws RefusedTextsError naming texts that are too long, where `longInputs` is `"refuse"`.
 * @throws Error when there is a text that only a tokenizer can tell to be short enough, and there is none.
 */
export function* checkInputs(
  texts: readonly string[],
  tokenizer: Tokenizer | undefined,
  { longInputs, maxTokensPerInput }: LongInputSettings,
  caller: string,
): Pieces<void> {
  if (longInputs === "cut-bytes") return;
  if (tokenizer === undefined) checkNoneNeedsTokenizer(texts, maxTokensPerInput, caller);
  else if (longInputs === "refuse") {
    const refused = yield* longTexts(texts, tokenizer, maxTokensPerInput);
    if (refused.length > 0) throw new RefusedTextsError(caller, refused);
  }
}

/**
 * Texts as inputs with their tokens, or without a tokenizer with their bytes; long ones cut or split; lazy, so that
 * counting goes on while requests are under way. `undefined` stands where a long text is not done: others may be let in.
 */
export function sizedInputs(
  texts: readonly string[],
  tokenizer: Tokenizer | undefined,
  settings: LongInputSettings,
  onLong?: (index: number) => void,
): Iterable<SizedInput | undefined> {
  if (settings.longInputs === "cut-bytes") return cutToBytes(texts, tokenizer, settings, onLong);
  if (tokenizer === undefined) return sizedInBytes(texts);
  return sizeInputs(texts, tokenizer, settings, onLong);
}

function* sizeInputs(
  texts: readonly string[],
  tokenizer: Tokenizer,
  { longInputs, maxTokensPerInput }: LongInputSettings,
  onLong: ((index: number) => void) | undefined,
): Generator<SizedInput | undefined, void, undefined> {
  const estimator = createTokenEstimator(tokenizer, maxTokensPerInput);
  for (const [index, text] of texts.entries()) {
    const { tokens, exact } = estimator.estimate(text);
    if (!exact || tokens <= maxTokensPerInput) yield { index, text, tokens, parts: 1 };
    else {
      onLong?.(index);
      yield undefined;
      const parts =
        longInputs === "average"
          ? yield* splitText(text, tokenizer, maxTokensPerInput)
          : [cutTo(text, tokenizer, maxTokensPerInput)];
      for (const part of parts) {
        yield { index, text: part, tokens: tokenizer.count(part), parts: parts.length };
      }
    }
  }
}

/** Each text's beginning of at most as many bytes as it may have tokens. */
function* cutToBytes(
  texts: readonly string[],
  tokenizer: Tokenizer | undefined,
  { maxTokensPerInput }: LongInputSettings,
  onLong: ((index: number) => void) | undefined,
): Generator<SizedInput, void, undefined> {
  const estimator = tokenizer && createTokenEstimator(tokenizer, maxTokensPerInput);
  const room = new Uint8Array(maxTokensPerInput);
  const encoder = new TextEncoder();
  for (const [index, text] of texts.entries()) {
    let beginning = text;
    if (utf8Length(text) > maxTokensPerInput) {
      onLong?.(index);
      // Writes whole characters only.
      beginning = text.slice(0, encoder.encodeInto(text, room).read);
    }
    const tokens = estimator?.estimate(beginning).tokens ?? utf8Length(beginning);
    yield { index, text: beginning, tokens, parts: 1 };
  }
}

/** Texts none of which is too long. */
function* sizedInBytes(texts: readonly string[]): Generator<SizedInput, void, undefined> {
  for (const [index, text] of texts.entries()) {
    yield { index, text, tokens: utf8Length(text), parts: 1 };
  }
}

function checkNoneNeedsTokenizer(texts: readonly string[], limit: number, caller: string): void {
  for (const text of texts) {
    const bytes = utf8Length(text);
    if (bytes <= limit) continue; // a token has at least one byte
    throw new Error(
      `${caller}: ${show(text)} has ${bytes} bytes and so may have more than the ${limit} tokens that the model takes; to count them, ` +
        `npm install ${tokenizerPackage}, or set longInputs to "cut-bytes" to embed the first ${limit} bytes`,
    );
  }
}

function* longTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  limit: number,
): Pieces<RefusedText[]> {
  const refused: RefusedText[] = [];
  for (const [index, text] of texts.entries()) {
    if (utf8Length(text) <= limit) continue; // a token has at least one byte
    let tokens = 0;
    for (const part of tokenizer.parts?.(text) ?? [text]) {
      yield;
      tokens += tokenizer.count(part);
    }
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

/** A tokenizer's cut, which may go through a character. */
function cutTo(text: string, tokenizer: Tokenizer, limit: number): string {
  return cutText(text, tokenizer.cut(text, limit).length);
}

/** Consecutive parts that make up the text, each of at most `limit` tokens. */
function* splitText(
  text: string,
  tokenizer: Tokenizer,
  limit: number,
): Generator<undefined, string[], undefined> {
  const parts: string[] = [];
  for (let rest = text; rest !== "";) {
    yield undefined;
    const part = cutTo(rest, tokenizer, limit);
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
