import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createOpenAIEmbedder, type OpenAIEmbedderOptions } from "embedtune/openai";
import { encodeFloat16 } from "../../src/math/float16.js";
import { rowOf } from "../../src/math/matrix.js";
import { decodeAnswer } from "../../src/embed/openai/decode-answer.js";
import { fakeVector } from "../support/fake-openai-server.js";
import { sendJson, startScripted } from "../support/scripted-server.js";

let server: Awaited<ReturnType<typeof startScripted>> | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const dimensions = 32;
const texts = Array.from({ length: 12 }, (_, i) => `text ${i}`);

/** Values as `Buffer` writes them, one after the other. */
const written = (
  vector: Float32Array,
  bytes: number,
  write: (to: Buffer, value: number, at: number) => void,
): Buffer => {
  const all = Buffer.alloc(bytes * vector.length);
  for (const [j, value] of vector.entries()) write(all, value, bytes * j);
  return all;
};
const formats: Readonly<Record<string, (vector: Float32Array) => Buffer>> = {
  "floats of 8 bytes": (v) => written(v, 8, (to, x, at) => to.writeDoubleLE(x, at)),
  "floats of 8 bytes with all their digits": (v) =>
    written(v, 8, (to, x, at) => to.writeDoubleLE(x / 3, at)),
  "floats of 2 bytes": (v) => {
    const halves = new Uint16Array(v.length);
    encodeFloat16(v, halves);
    return Buffer.from(halves.buffer);
  },
  "floats of 4 bytes, the higher one first": (v) =>
    written(v, 4, (to, x, at) => to.writeFloatBE(x, at)),
  "floats of 8 bytes, the higher one first": (v) =>
    written(v, 8, (to, x, at) => to.writeDoubleBE(x, at)),
};

async function start(
  format: (vector: Float32Array) => Buffer,
  numbers: boolean,
  options: OpenAIEmbedderOptions = {},
) {
  server = await startScripted(({ inputs, body }, response) => {
    const data = inputs.map((text, index) => {
      const vector = fakeVector(text, dimensions);
      const asNumbers = numbers && body.encoding_format === "float";
      return { index, embedding: asNumbers ? [...vector] : format(vector).toString("base64") };
    });
    sendJson(response, 200, { object: "list", data });
  });
  return createOpenAIEmbedder({
    ...{ baseURL: server.baseURL, model: "fake", maxWaitMs: 5 },
    ...{ maxInputsPerRequest: 3, concurrency: 1, ...options },
  });
}

describe("a server whose base64 is another number format", () => {
  for (const [name, format] of Object.entries(formats)) {
    for (const known of [false, true]) {
      it(`(${name}) is asked for numbers at once, ${known ? "with" : "without"} known dimensions`, async () => {
        const embedder = await start(format, true, known ? { dimensions } : {});
        const matrix = await embedder.embed(texts);
        for (const [i, text] of texts.entries()) {
          expect(rowOf(matrix, i)).toEqual(fakeVector(text, dimensions));
        }
        const asked = server!.log.map(({ body }) => body.encoding_format);
        expect(asked).toEqual(["base64", "float", "float", "float", "float"]);
      });
    }

    it(`(${name}) and that gives no numbers is an error, never a vector`, async () => {
      const embedder = await start(format, false);
      await expect(embedder.embed(texts)).rejects.toThrow(
        /data must have 4-byte floats, the lower byte first, received other numbers/,
      );
    });
  }
});

describe("4-byte floats in base64", () => {
  const answer = (vectors: readonly Float32Array[]) => ({
    data: vectors.map((vector, index) => ({
      index,
      embedding: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString(
        "base64",
      ),
    })),
  });

  it("are taken as they are, of whatever size, sparse or rounded", () => {
    const value = fc.oneof(
      fc.constant(0),
      fc.double({ min: 1e-4, max: 1, noNaN: true }),
      fc.double({ min: -1, max: -1e-4, noNaN: true }),
    );
    const vector = fc
      .tuple(
        fc.array(value, { minLength: 7, maxLength: 7 }),
        fc.constantFrom(1e-12, 1e-3, 1, 500, 1e20),
      )
      .map(([values, scale]) => Float32Array.from([1, ...values], (v) => v * scale));
    fc.assert(
      fc.property(fc.array(vector, { minLength: 1, maxLength: 4 }), (vectors) => {
        const { vectors: rows, faulty } = decodeAnswer(answer(vectors), vectors.length, undefined);
        expect(faulty).toEqual([]);
        for (const [i, row] of vectors.entries()) expect(rowOf(rows, i)).toEqual(row);
      }),
    );
  });

  it("are taken where a few entries are next to nothing", () => {
    const vector = fakeVector("a", 64);
    vector.set([1e-12, -1e-9, 1e-30], 10);
    expect(decodeAnswer(answer([vector]), 1, undefined).vectors.data).toEqual(vector);
  });
});
