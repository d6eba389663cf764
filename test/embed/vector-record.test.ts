import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeVector, encodeVector } from "../../src/embed/cache/vector-record.js";

const vectors = fc.float32Array({ minLength: 1, maxLength: 40, noNaN: true });

describe("a stored vector", () => {
  it("is read back bit by bit, wherever its bytes lie", () => {
    fc.assert(
      fc.property(vectors, fc.integer({ min: 0, max: 7 }), (vector, offset) => {
        const record = encodeVector(vector);
        const moved = new Uint8Array(record.length + offset);
        moved.set(record, offset);
        expect(decodeVector(moved.subarray(offset))).toEqual(vector);
      }),
    );
  });

  it("shows damage to any byte, and any missing or added end", () => {
    fc.assert(
      fc.property(
        vectors,
        fc.constantFrom("float32" as const, "float16" as const),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (vector, precision, place, flip) => {
          const record = encodeVector(vector, precision);
          expect(decodeVector(record)).toBeDefined();
          const damaged = record.slice();
          damaged[place % damaged.length] ^= flip;
          expect(decodeVector(damaged)).toBeUndefined();
          expect(decodeVector(record.subarray(0, place % record.length))).toBeUndefined();
          expect(decodeVector(Uint8Array.of(...record, 0, 0, 0, 0))).toBeUndefined();
        },
      ),
    );
  });

  it("takes half the room in half precision", () => {
    const vector = Float32Array.from({ length: 1536 }, (_, j) => Math.sin(j) / 40);
    expect(encodeVector(vector).length).toBe(16 + 4 * 1536);
    const record = encodeVector(vector, "float16");
    expect(record.length).toBe(16 + 2 * 1536);
    for (const [j, value] of decodeVector(record)!.entries()) {
      expect(Math.abs(value - vector[j])).toBeLessThanOrEqual(
        Math.max(Math.abs(vector[j]) * 2 ** -11, 2 ** -25),
      );
    }
  });
});
