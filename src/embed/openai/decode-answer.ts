import { atOnce, type Pieces } from "../../base/event-loop.js";
import { show } from "../../base/show.js";
import { createFormatCheck } from "./server/number-format.js";
import { isErrorBody, plainText, serverWords, type ServerWords } from "./server/server-words.js";
import { createMatrix, rowOf, type Matrix } from "../../math/matrix.js";

/** An answer that is not what was asked: the request may be sent again. */
export class MalformedAnswerError extends Error {
  override readonly name = "MalformedAnswerError";
}

/** An answer in a form that no repetition will change, unless the server has given right ones before. */
export class OtherFormError extends MalformedAnswerError {}

/** Vectors in base64 that are hardly 4-byte floats, the lower byte first: they should be asked for as numbers. */
export class OtherNumbersError extends OtherFormError {}

/** A text's vector that cannot be used, though others of the same answer can. */
export interface FaultyRow {
  readonly input: number;
  /** What is wrong with it. */
  readonly reason: string;
}

/** An answer none of whose vectors can be used. */
export class FaultyVectorsError extends MalformedAnswerError {}

/**
 * Vectors that are something else than a list of numbers or base64: lists of lists, objects, text. One among others is that text's
 * fault; where no row is right it is how the server writes vectors, unless it has given right ones before.
 */
export class OtherVectorsError extends FaultyVectorsError {
  /** @param inText Whether text came, so that numbers may come when they are asked for. */
  constructor(
    message: string,
    readonly inText: boolean,
  ) {
    super(message);
  }
}

/** An error that came with the status 200. */
export class AnsweredError extends Error {
  override readonly name = "AnsweredError";
  constructor(readonly words: ServerWords) {
    super(words.message);
  }
}

export interface EmbeddingAnswer {
  /** Row `i` belongs to input `i`. */
  readonly vectors: Matrix;
  /** Inputs whose rows mean nothing; never all of them. */
  readonly faulty: readonly FaultyRow[];
  /** Tokens the server counted; `undefined` where it does not say. */
  readonly tokens: number | undefined;
}

/**
 * The vectors of an answer to `POST /embeddings`, base64 or numbers, put in the order of the inputs by `index`.
 *
 * Base64 holds 4-byte floats, the lower byte first. Another format is told by the vectors' length where that is known, and by
 * values as no model gives them; it cannot be told where a vector of an unknown length has one or two values that could be a
 * model's. A list of one list is refused: it may as well be the vectors of the text's tokens.
 *
 * @param count how many inputs were sent
 * @param dimensions how long each vector must be; `undefined` accepts what the first one is
 * @throws MalformedAnswerError saying what is wrong: no JSON, count, index, length; a NaN, zeros only or another length in
 *   every one of them; OtherNumbersError for another number format, OtherVectorsError for what is neither numbers nor base64.
 *   AnsweredError for an error under the status 200.
 */
export function decodeAnswer(
  body: unknown,
  count: number,
  dimensions: number | undefined,
): EmbeddingAnswer {
  return atOnce(decodeRows(body, count, dimensions));
}

/** {@link decodeAnswer}, a row a piece: 2048 vectors take half a second on a busy machine. */
export function* decodeRows(
  body: unknown,
  count: number,
  dimensions: number | undefined,
): Pieces<EmbeddingAnswer> {
  const parsed = typeof body === "string" ? parse(body) : body;
  if (isErrorBody(parsed)) throw new AnsweredError(serverWords(parsed));
  const { data, usage } = (typeof parsed === "object" && parsed !== null ? parsed : {}) as {
    data?: unknown;
    usage?: { prompt_tokens?: unknown; total_tokens?: unknown } | null;
  };
  if (!Array.isArray(data)) {
    const received = typeof parsed === "string" ? plainText(parsed) : parsed;
    // Text may be a gateway's, and a body may be cut; JSON is what the server means.
    const form = typeof parsed !== "string" && parsed !== undefined;
    throw new (form ? OtherFormError : MalformedAnswerError)(
      `it must be JSON with a "data" array, received ${show(received)}`,
    );
  }
  if (data.length !== count) {
    throw new OtherFormError(`data must have ${count} embeddings, received ${data.length}`);
  }
  const faulty: FaultyRow[] = [];
  /** Rows of another length than was asked for: where all are, no text is to blame. */
  let otherLength = 0;
  /** Rows that came as base64, of whole floats. */
  let encoded = 0;
  /** Rows that are no vectors at all. */
  const others: OtherVectorsError[] = [];
  let vectors: Matrix | undefined;
  const seen = new Uint8Array(count);
  const format = createFormatCheck();
  for (const [position, item] of (data as unknown[]).entries()) {
    yield;
    const { index: said, embedding } = (item ?? {}) as { index?: unknown; embedding?: unknown };
    const index = indexOf(said, position);
    if (index === undefined || !(index in seen) || seen[index] === 1) {
      throw new OtherFormError(
        `data[${position}].index must be one of 0 to ${count - 1} that no other has, received ${show(said)}`,
      );
    }
    seen[index] = 1;
    try {
      const values = decodeVector(embedding, position);
      if (values instanceof Float32Array) {
        encoded++;
        format.look(values);
      }
      const expected = dimensions ?? vectors?.cols ?? values.length;
      if (values.length !== expected || expected === 0) {
        const message = `data[${position}].embedding must have ${expected || "some"} values, received ${values.length}`;
        if (dimensions !== undefined && values.length > 0) otherLength++;
        // Of two lengths in one answer nobody knows which is right; none at all is that text's fault.
        const unclear = dimensions === undefined && values.length > 0;
        throw new (unclear ? MalformedAnswerError : FaultyVectorsError)(message);
      }
      vectors ??= createMatrix(count, expected);
      const row = rowOf(vectors, index);
      row.set(values);
      checkRow(row, position);
    } catch (error) {
      if (!(error instanceof FaultyVectorsError)) throw error;
      if (error instanceof OtherVectorsError) others.push(error);
      faulty.push({ input: index, reason: error.message });
    }
  }
  if (format.isOdd()) {
    throw new OtherNumbersError(
      "data must have 4-byte floats, the lower byte first, received other numbers",
    );
  }
  if (otherLength === count && count > 0) {
    // Bytes of another width are as many vectors of another length: numbers will tell.
    throw new (encoded === count ? OtherNumbersError : OtherFormError)(faulty[0].reason);
  }
  if (others.length === count && count > 0) throw others[0];
  if (faulty.length === count && count > 0) throw new FaultyVectorsError(faulty[0].reason);
  const tokens = usage?.prompt_tokens ?? usage?.total_tokens;
  return {
    vectors: vectors ?? createMatrix(0, dimensions ?? 0),
    faulty,
    tokens: typeof tokens === "number" && tokens >= 0 ? tokens : undefined,
  };
}

/** Servers leave the index out, or write it as text. */
function indexOf(said: unknown, position: number): number | undefined {
  if (said === undefined || said === null) return position;
  const index = typeof said === "string" && /^\d+$/.test(said) ? Number(said) : said;
  return typeof index === "number" ? index : undefined;
}

/** JSON that came under another content type, and anything else as it is. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return text;
  }
}

function decodeVector(embedding: unknown, position: number): ArrayLike<number> {
  if (typeof embedding === "string") return decodeBase64(embedding, position);
  const list = Array.isArray(embedding) ? (embedding as readonly unknown[]) : undefined;
  if (list?.every((value) => typeof value === "number")) return list as readonly number[];
  const message = `data[${position}].embedding must be base64 or numbers, received ${describe(embedding)}`;
  // JSON has no NaN: a vector that the model could not make comes as null, or as a list of null.
  const unmade = embedding === null || embedding === undefined || list?.includes(null) === true;
  throw unmade ? new FaultyVectorsError(message) : new OtherVectorsError(message, false);
}

/** What came in a vector's place: its kind before its beginning. */
function describe(value: unknown): string {
  if (!Array.isArray(value) || !value.some(Array.isArray)) return show(value);
  return `a list of ${value.length} lists, ${show(value)}`;
}

/** Little-endian float32 values in base64. */
function decodeBase64(text: string, position: number): Float32Array {
  const bytes = bytesOfBase64(text);
  if (bytes === undefined) {
    throw new OtherVectorsError(
      `data[${position}].embedding must be base64, received the text ${show(text)}`,
      true,
    );
  }
  if (bytes.byteLength % 4 !== 0) {
    throw new OtherVectorsError(
      `data[${position}].embedding must be whole 4-byte floats, received ${bytes.byteLength} bytes`,
      true,
    );
  }
  // Small buffers are cut from a shared pool at any offset; floats need a multiple of 4.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** `undefined` where it is something else: `Buffer` would leave out what is none of its letters, and give other bytes. */
function bytesOfBase64(text: string): Uint8Array | undefined {
  // Buffer decodes 6 KB in a few microseconds, atob in a hundred.
  const { Buffer } = globalThis as {
    Buffer?: { from(text: string, encoding: "base64"): Uint8Array };
  };
  const letters = text.endsWith("=") ? text.replace(/={1,2}$/, "") : text;
  // Four letters are three bytes: any letter that was left out shows in their number.
  const length = letters.length % 4 === 1 ? -1 : Math.floor((letters.length * 3) / 4);
  if (Buffer !== undefined) {
    const bytes = Buffer.from(text, "base64");
    if (bytes.byteLength === length) return bytes;
  } else if (/^[\w+/-]*$/.test(letters) && length >= 0) {
    const usual = letters.replaceAll("-", "+").replaceAll("_", "/");
    return Uint8Array.from(atob(usual), (character) => character.charCodeAt(0));
  }
  // Some break lines after 76 letters.
  const joined = text.replace(/\s+/g, "");
  return joined === text ? undefined : bytesOfBase64(joined);
}

function checkRow(row: Float32Array, position: number): void {
  let nonZero = false;
  for (let j = 0; j < row.length; j++) {
    if (!Number.isFinite(row[j])) {
      throw new FaultyVectorsError(
        `data[${position}].embedding[${j}] must be a finite number, received ${row[j]}`,
      );
    }
    if (row[j] !== 0) nonZero = true;
  }
  if (!nonZero) {
    throw new FaultyVectorsError(`data[${position}].embedding must not be all zeros`);
  }
}
