import { describe, expect, it } from "vitest";
import { createFunctionEmbedder, createMemoryStore, RefusedTextsError, withCache } from "embedtune";
import { prepareInputs } from "../../src/embed/openai/tokens/prepare-inputs.js";
import { loadCl100k, type Tokenizer } from "../../src/embed/openai/tokens/tokenizer.js";

const half = "\ud83d";
const long = "word ".repeat(3000);

describe("half a pair of surrogates", () => {
  it("makes no two texts one in a cache", async () => {
    const embedder = createFunctionEmbedder(
      (texts) => texts.map((text) => [text.charCodeAt(1), 1]),
      { id: "f", symmetric: true },
    );
    const store = createMemoryStore();
    const texts = ["a\ud83d", "a\ud83e", "a\udc01", "a\ufffd"];
    const codes = texts.map((text) => text.charCodeAt(1));
    for (const text of texts) await withCache(embedder, store).embed([text]);
    const { data } = await withCache(embedder, store).embed(texts);
    expect([...data].filter((_, i) => i % 2 === 0)).toEqual(codes);
  });

  it("is but one way to tell texts apart: a cache keeps every spelling of one text by itself", async () => {
    const asked: string[] = [];
    const embedder = createFunctionEmbedder(
      (texts) => {
        asked.push(...texts);
        return texts.map((text) => [text.length, text.charCodeAt(0), 1]);
      },
      { id: "f", symmetric: true },
    );
    const store = createMemoryStore();
    const texts = [
      "\u00e9",
      "e\u0301",
      "E\u0301",
      " \u00e9",
      "\u00e9 ",
      "ls -l",
      "ls -L",
      "\ufb01",
      "fi",
    ];
    for (const text of texts) await withCache(embedder, store).embed([text]);
    expect(asked).toEqual(texts);
    const { data } = await withCache(embedder, store).embed(texts);
    expect([...data]).toEqual(texts.flatMap((text) => [text.length, text.charCodeAt(0), 1]));
    expect(asked).toHaveLength(texts.length);
  });

  for (const [where, text] of [
    ["at the start", `${half} ${long}`],
    ["near the start", `Title ${half} ${long}`],
    ["in the middle", `${"word ".repeat(2000)}${half} ${long}`],
  ] as const) {
    it(`does not shorten what is embedded of a long text: ${where}`, async () => {
      const tokenizer = (await loadCl100k()) as Tokenizer;
      const cut = tokenizer.cut(text, 2500);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut.length).toBeGreaterThan(12_000);
      expect(tokenizer.count(cut)).toBeLessThanOrEqual(2500);
      const settings = { longInputs: "average", maxTokensPerInput: 2500 } as const;
      const parts = [...prepareInputs([text], tokenizer, settings, { caller: "embed" })];
      expect(parts.map((part) => part.text).join("")).toBe(text);
    });
  }

  it("is not what a cut leaves, whatever the tokenizer says", () => {
    const byUnits: Tokenizer = { count: (text) => text.length, cut: (text, n) => text.slice(0, n) };
    for (const longInputs of ["cut", "average", "cut-bytes"] as const) {
      const settings = { longInputs, maxTokensPerInput: 5 };
      for (const input of prepareInputs(["😀".repeat(9)], byUnits, settings, { caller: "embed" })) {
        expect(() => encodeURIComponent(input.text)).not.toThrow();
      }
    }
  });

  it("is not what a message leaves", () => {
    for (let n = 30; n < 45; n++) {
      const text = "a".repeat(n) + "😀".repeat(90);
      const { message } = new RefusedTextsError("embed", [{ index: 0, text, reason: "no" }]);
      expect(message).not.toMatch(/\\ud8/i);
    }
  });
});
