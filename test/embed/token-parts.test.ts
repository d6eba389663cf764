import { describe, expect, it } from "vitest";
import { createRandom } from "embedtune";
import { createTokenEstimator } from "../../src/embed/openai/tokens/token-estimator.js";
import { prepareInputs, sizedInputs } from "../../src/embed/openai/tokens/prepare-inputs.js";
import { countUpTo, loadCl100k, type Tokenizer } from "../../src/embed/openai/tokens/tokenizer.js";
import { oddText } from "../support/odd-texts.js";

const tokenizer = (await loadCl100k()) as Tokenizer;
const odd = (count: number): string[] => {
  const random = createRandom("token-parts");
  return Array.from({ length: count }, () => oddText(8000 + random.integer(20_000), random));
};

describe("a long text that is counted in parts", () => {
  it("has the tokens that it has in one piece, whatever it is made of", () => {
    let parted = 0;
    for (const text of odd(60)) {
      const parts = [...tokenizer.parts!(text)];
      expect(parts.join("") === text).toBe(true);
      if (parts.length > 1) parted++;
      const sum = parts.reduce((tokens, part) => tokens + tokenizer.count(part), 0);
      expect(sum).toBe(tokenizer.count(text));
    }
    expect(parted).toBeGreaterThan(30);
  });

  it("is cut where it was cut when all of it was counted first", () => {
    for (const maxTokensPerInput of [1000, 4000]) {
      const texts = odd(20);
      for (const longInputs of ["cut", "average"] as const) {
        const settings = { longInputs, maxTokensPerInput };
        const whole = { count: tokenizer.count, cut: tokenizer.cut };
        const cuts = (own: Tokenizer) =>
          [...prepareInputs(texts, own, settings, { caller: "x" })].map(({ index, text }) => [
            index,
            text,
          ]);
        expect(cuts(tokenizer)).toEqual(cuts(whole));
      }
    }
  });

  it("is cut the same whatever was cut before it", () => {
    const family = "👩‍👩‍👧‍👦🏽 हिन्दी भाषा 敏捷的棕色狐狸";
    const cuts = (order: readonly number[]) => order.map((limit) => tokenizer.cut(family, limit));
    const limits = Array.from({ length: tokenizer.count(family) }, (_, k) => k + 1);
    const upwards = cuts(limits);
    expect(cuts([...limits].reverse()).reverse()).toEqual(upwards);
    for (const limit of limits) {
      tokenizer.cut("😀🤖", 1); // ends inside a character
      expect(tokenizer.cut(family, limit)).toBe(upwards[limit - 1]);
      expect(tokenizer.cut("\u0308", 2)).toBe("\u0308");
    }
  });

  it("is counted no further than the limit, and in no piece much longer than another", () => {
    const read: number[] = [];
    const counting: Tokenizer = {
      ...tokenizer,
      count(text) {
        read.push(text.length);
        return tokenizer.count(text);
      },
    };
    const text = "some words of a book, 12345 of them. ".repeat(6000);
    const { tokens, length } = countUpTo(counting, text, 8191);
    expect(tokens).toBeGreaterThan(8191);
    expect(length).toBeLessThan(text.length / 5);
    expect(createTokenEstimator(counting, 8191).estimate(text)).toEqual({ tokens, exact: true });
    expect(Math.max(...read)).toBeLessThan(8192 + 20);
    read.length = 0;
    const settings = { longInputs: "average", maxTokensPerInput: 2000 } as const;
    const inputs = [...sizedInputs([text], counting, settings)];
    const pauses = inputs.filter((input) => input === undefined).length;
    expect(pauses).toBeGreaterThan(inputs.length - pauses);
  });
});
