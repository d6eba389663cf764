import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createOpenAIEmbedder, type OpenAIEmbedderOptions } from "embedtune/openai";
import { decodeFloat16, encodeFloat16 } from "../../src/math/float16.js";
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
  "floats of 2 bytes with the exponent of 4": (v) => {
    const bits = new Uint32Array(v.slice().buffer);
    return Buffer.from(Uint16Array.from(bits, (value) => value >>> 16).buffer);
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
        /data must have 4-byte floats, the lower byte first, received other numbers$/,
      );
      expect(server!.log).toHaveLength(2);
    });
  }
});

describe("vectors of four values of unknown length", () => {
  const values: Readonly<Record<string, readonly number[]>> = {
    "powers of two": [1, 0.5, 0.25, 0.125],
    "of unit length": [0.6, -0.48, 0.02, 0.64],
  };
  for (const [name, format] of Object.entries(formats)) {
    if (name.endsWith("all their digits")) continue;
    for (const [kind, vector] of Object.entries(values)) {
      it(`(${kind}) in base64 of ${name} are asked for as numbers, or refused`, async () => {
        let numbers = true;
        server = await startScripted(({ inputs, body }, response) => {
          const asNumbers = numbers && body.encoding_format === "float";
          const bytes = format(Float32Array.from(vector));
          const data = inputs.map((_, index) => ({
            ...{ index, embedding: asNumbers ? vector : bytes.toString("base64") },
          }));
          sendJson(response, 200, { data });
        });
        const create = () => createOpenAIEmbedder({ baseURL: server!.baseURL, model: "fake" });
        const matrix = await create().embed(["one"]);
        expect(matrix.data).toEqual(Float32Array.from(vector));
        numbers = false;
        await expect(create().embed(["one"])).rejects.toThrow(/received other numbers$/);
        expect(server.log).toHaveLength(4);
      });
    }
  }

  for (const [kind, vector] of Object.entries(values)) {
    it(`(${kind}) in base64 of 4-byte floats are taken as they are`, () => {
      const embedding = Buffer.from(Float32Array.from(vector).buffer).toString("base64");
      const { vectors } = decodeAnswer({ data: [{ embedding }] }, 1, undefined);
      expect(vectors.data).toEqual(Float32Array.from(vector));
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
    // As long as embeddings are: of eight values every other one may be zero by chance, as in floats of 8 bytes.
    const vector = fc
      .tuple(
        fc.array(value, { minLength: 63, maxLength: 63 }),
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

  it("are taken where they were floats of 2 bytes before, or whole numbers", () => {
    const vector = fakeVector("a", 64);
    const halves = new Uint16Array(64);
    encodeFloat16(vector, halves);
    const bits = new Uint32Array(vector.slice().buffer).map((value) => value & 0xffff0000);
    for (const row of [
      decodeFloat16(halves),
      new Float32Array(bits.buffer),
      vector.map((value) => 1 + Math.round(100 * value)),
    ]) {
      expect(decodeAnswer(answer([row]), 1, undefined).vectors.data).toEqual(row);
    }
  });

  it("are taken in lines of 76 letters, and refused where a letter is none of base64's", () => {
    const vector = fakeVector("a", 64);
    const [{ embedding }] = answer([vector]).data;
    const lines = embedding.replace(/.{76}/g, "$&\r\n");
    const decode = (text: string) => decodeAnswer({ data: [{ embedding: text }] }, 1, undefined);
    expect(decode(lines).vectors.data).toEqual(vector);
    for (const at of [0, 1, 5, 100]) {
      const changed = `${embedding.slice(0, at)}"${embedding.slice(at)}`;
      expect(() => decode(changed)).toThrow(/data\[0\].embedding must be base64, received/);
      // As long as whole floats are, once the strange letters are left out.
      const longer = `${embedding.slice(0, at)},,,,${embedding.slice(at)}`;
      expect(() => decode(longer)).toThrow(/data\[0\].embedding must be base64, received/);
    }
  });

  it("are taken where a few entries are next to nothing", () => {
    const vector = fakeVector("a", 64);
    vector.set([1e-12, -1e-9, 1e-30], 10);
    expect(decodeAnswer(answer([vector]), 1, undefined).vectors.data).toEqual(vector);
  });
});
