import { describe, expect, it } from "vitest";
import { holdsWords } from "../../../src/negatives/guards/holds-words.js";

describe("holdsWords", () => {
  it("finds whole words only", () => {
    expect(holdsWords("see page 1.", "page 1")).toBe(true);
    expect(holdsWords("see page 10", "page 1")).toBe(false);
    expect(holdsWords("see page 10, then page 1", "page 1")).toBe(true);
    expect(holdsWords("webpage 1", "page 1")).toBe(false);
    expect(holdsWords("rate: 5% more", "5%")).toBe(true);
  });

  it("takes letters of any script, also those of two code units, as parts of words", () => {
    expect(holdsWords("über", "ber")).toBe(false);
    expect(holdsWords("\u{1d49c}b", "b")).toBe(false);
    expect(holdsWords("b\u{1d49c}", "b")).toBe(false);
    expect(holdsWords("\u{1f600}b\u{1f600}", "b")).toBe(true);
  });

  it("finds no empty words", () => {
    expect(holdsWords("anything", "")).toBe(false);
  });

  it("finds an answer within a sentence of a script that puts no blanks between words", () => {
    expect(holdsWords("富士山は日本で一番高い山です", "日本")).toBe(true);
    expect(holdsWords("กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย", "ประเทศไทย")).toBe(true);
    expect(holdsWords("长城位于中国北方", "北方")).toBe(true);
    expect(holdsWords("iphone15を買う", "iphone15")).toBe(true);
    expect(holdsWords("iphone15を買う", "iphone1")).toBe(false);
    expect(holdsWords("서울특별시", "서울")).toBe(false);
  });
});
