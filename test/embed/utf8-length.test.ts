import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { utf8Length } from "../../src/embed/openai/tokens/utf8-length.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("the bytes of a text are counted alike with Node's help and without, lone surrogates included", () => {
  const encoder = new TextEncoder();
  const texts = fc.sample(fc.string({ unit: "binary", maxLength: 30 }), 200);
  const units = fc.sample(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }), 200);
  texts.push("naïve 🌍", "\ud800", "a\udc00b", ...units.map((x) => String.fromCharCode(...x)));
  const expected = texts.map((text) => encoder.encode(text).length);
  expect(texts.map(utf8Length)).toEqual(expected);
  vi.stubGlobal("Buffer", undefined);
  const counted = texts.map(utf8Length);
  vi.unstubAllGlobals();
  expect(counted).toEqual(expected);
});
