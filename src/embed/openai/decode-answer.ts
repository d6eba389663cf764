import { show } from "../../base/show.js";
import { createMatrix, rowOf, type Matrix } from "../../math/matrix.js";

/** An answer that is not what was asked: the request may be sent again. */
export class MalformedAnswerError extends Error {
  override readonly name = "MalformedAnswerError";
}

export interface EmbeddingAnswer {
  /** Row `i` belongs to input `i`. */
  readonly vectors: Matrix;
  /** Tokens the server counted; `undefined` where it does not say. */
  readonly tokens: number | undefined;
}

/**
 * The vectors of an answer to `POST /embeddings`, base64 or numbers, put in the order of the inputs by `index`.
 *
 * @param count how many inputs were sent
 * @param dimensions how long each vector must be; `undefined` accepts what the first one is
 * @throws MalformedAnswerError saying what is wrong: no JSON, count, index, length, a NaN, all zeros.
 */
export function decodeAnswer(
  body: unknown,
  count: number,
  dimensions: number | undefined,
): EmbeddingAnswer {
  const { data, usage } = (typeof body === "object" && body !== null ? body : {}) as {
    data?: unknown;
    usage?: { prompt_tokens?: unknown; total_tokens?: unknown } | null;
  };
  if (!Array.isArray(data)) {
    throw new MalformedAnswerError(`it must be JSON with a "data" array, received ${show(body)}`);
  }
  if (data.length !== count) {
    throw new MalformedAnswerError(`data must have ${count} embeddings, received ${data.length}`);
  }
  let vectors: Matrix | undefined;
  const seen = new Uint8Array(count);
  for (const [position, item] of (data as unknown[]).entries()) {
    const { index = position, embedding } = (item ?? {}) as {
      index?: unknown;
      embedding?: unknown;
    };
    if (typeof index !== "number" || !(index in seen) || seen[index] === 1) {
      throw new MalformedAnswerError(
        `data[${position}].index must be one of 0 to ${count - 1} that no other has, received ${show(index)}`,
      );
    }
    seen[index] = 1;
    const values = decodeVector(embedding, position);
    const expected = dimensions ?? vectors?.cols ?? values.length;
    if (values.length !== expected || expected === 0) {
      throw new MalformedAnswerError(
        `data[${position}].embedding must have ${expected || "some"} values, received ${values.length}`,
      );
    }
    vectors ??= createMatrix(count, expected);
    const row = rowOf(vectors, index);
    row.set(values);
    checkRow(row, position);
  }
  const tokens = usage?.prompt_tokens ?? usage?.total_tokens;
  return {
    vectors: vectors ?? createMatrix(0, dimensions ?? 0),
    tokens: typeof tokens === "number" && tokens >= 0 ? tokens : undefined,
  };
}

function decodeVector(embedding: unknown, position: number): ArrayLike<number> {
  if (typeof embedding === "string") return decodeBase64(embedding, position);
  if (Array.isArray(embedding) && embedding.every((value) => typeof value === "number")) {
    return embedding as number[];
  }
  throw new MalformedAnswerError(
    `data[${position}].embedding must be base64 or numbers, received ${show(embedding)}`,
  );
}

/** Little-endian float32 values in base64. */
function decodeBase64(text: string, position: number): Float32Array {
  let bytes: Uint8Array;
  try {
    bytes = bytesOfBase64(text);
  } catch {
    throw new MalformedAnswerError(
      `data[${position}].embedding must be base64, received ${show(text)}`,
    );
  }
  if (bytes.byteLength % 4 !== 0) {
    throw new MalformedAnswerError(
      `data[${position}].embedding must be whole 4-byte floats, received ${bytes.byteLength} bytes`,
    );
  }
  // Small buffers are cut from a shared pool at any offset; floats need a multiple of 4.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

function bytesOfBase64(text: string): Uint8Array {
  // Buffer decodes 6 KB in a few microseconds, atob in a hundred.
  const { Buffer } = globalThis as {
    Buffer?: { from(text: string, encoding: "base64"): Uint8Array };
  };
  if (Buffer !== undefined) return Buffer.from(text, "base64");
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function checkRow(row: Float32Array, position: number): void {
  let nonZero = false;
  for (let j = 0; j < row.length; j++) {
    if (!Number.isFinite(row[j])) {
      throw new MalformedAnswerError(
        `data[${position}].embedding[${j}] must be a finite number, received ${row[j]}`,
      );
    }
    if (row[j] !== 0) nonZero = true;
  }
  if (!nonZero) {
    throw new MalformedAnswerError(`data[${position}].embedding must not be all zeros`);
  }
}
