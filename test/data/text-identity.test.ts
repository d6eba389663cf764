import { describe, expect, it } from "vitest";
import { miningTexts, sampleWeakNegatives, positivePairs, type Pair } from "embedtune";
import { comparableText } from "../../src/data/split/comparable-text.js";
import { groupedFolds } from "../../src/data/split/grouped-folds.js";
import { groupedSplit } from "../../src/data/split/grouped-split.js";
import { leakReport } from "../../src/data/split/leak-report.js";
import { findNearTexts } from "../../src/data/texts/near-texts.js";
import { goldKey, looseKey } from "../../src/data/text-identity.js";
import { knownPositives } from "../../src/negatives/known-positives.js";
import { passagePool } from "../../src/negatives/passage-pool.js";
import { makeQuestion } from "../negatives/questions.js";
import { gold } from "../negatives/support.js";

const composed = "caf\u00e9 au lait";
const decomposed = "cafe\u0301 au lait";

describe("gold texts", () => {
  it("are one where Unicode NFC and blanks at the ends alone tell them apart", () => {
    expect(goldKey(`  ${decomposed}\n`)).toBe(goldKey(composed));
    for (const [a, b] of [
      ["what does ls -l do", "what does ls -L do"],
      ["5 mW", "5 MW"],
      ["a  b", "a b"],
      ["x²", "x2"],
      ["ﬁnd", "find"],
    ]) {
      expect(goldKey(a)).not.toBe(goldKey(b));
    }
  });

  it("of another case keep their own answers, whatever order they come in", () => {
    const pairs = [
      gold("what does ls -l do", "It lists in long form."),
      gold("what does ls -L do", "It follows links."),
      gold("how strong is it", "5 mW"),
      gold("how strong is it", "5 MW"),
    ];
    for (const input of [pairs, pairs.toReversed()]) {
      const known = knownPositives(input);
      const answers = (query: string): string[] => [...known.get(query)!.texts.values()].sort();
      expect(answers("what does ls -l do")).toEqual(["It lists in long form."]);
      expect(answers("what does ls -L do")).toEqual(["It follows links."]);
      expect(answers("how strong is it")).toEqual(["5 MW", "5 mW"]);
    }
    expect(miningTexts(pairs).passages).toEqual(pairs.map(({ passage }) => passage));
    expect(miningTexts(pairs).queries).toHaveLength(3);
  });

  it("that are joined stay as they were written", () => {
    const pairs = [gold(` ${composed} `, decomposed), gold(decomposed, ` ${composed}`)];
    const texts = miningTexts(pairs, { corpus: [`${composed}\n`] });
    expect(texts.queries).toEqual([` ${composed} `]);
    expect(texts.passages).toEqual([`${composed}\n`, ` ${composed}`]);
  });

  it("of Natural Questions are pairs of their own in another case", () => {
    const spans = [[0, 3]] as [number, number][];
    const questions = [
      makeQuestion("what is ls -l", "p", spans, [0]),
      makeQuestion("what is ls -L", "p", spans, [0]),
      makeQuestion("what is ls -L ", "p", spans, [0]),
    ];
    const { pairs, counts } = positivePairs(questions);
    expect(pairs.map(({ query }) => query)).toEqual(["what is ls -l", "what is ls -L"]);
    expect(counts.drops).toEqual({ duplicate: 1 });
  });

  it("of a pool are kept in every case", () => {
    const spans = [
      [0, 1],
      [1, 2],
      [2, 3],
    ] as [number, number][];
    const texts = { 0: "5 mW", 1: "5 MW", 2: "5 MW " };
    const { passages, drops } = passagePool([makeQuestion("q", "p", spans, [0], { texts })]);
    expect(passages.map(({ text }) => text)).toEqual(["5 mW", "5 MW"]);
    expect(drops).toEqual({ duplicate: 1 });
  });
});

describe("splits", () => {
  // Two spellings of one question: case, blanks and a compatibility form.
  const spellings = ["Who found  the ﬁle?", "who found the file?"];
  const items: Pair[] = [
    ...spellings.map((query, i) => gold(query, `answer ${i}`, `page ${i}`)),
    ...Array.from({ length: 20 }, (_, i) => gold(`other ${i}`, `text ${i}`, `p ${i}`)),
  ];
  const hasOne = (side: readonly Pair[]): boolean =>
    side.filter(({ query }) => spellings.includes(query)).length === 1;

  it("keep two spellings of one question on one side", () => {
    for (let seed = 0; seed < 30; seed++) {
      const { train, validation, test } = groupedSplit(items, { seed });
      expect([train, validation, test].some(hasOne)).toBe(false);
      expect(groupedFolds(items, { seed }).some(({ test }) => hasOne(test))).toBe(false);
    }
  });

  it("tell of two spellings that stand on two sides", () => {
    const report = leakReport([items[0]], [items[1]]);
    expect(report).toMatchObject({ clean: false, questions: ["who found the file?"] });
  });

  it("count two spellings as nearly the same in folds from texts", () => {
    expect([...findNearTexts(spellings).first]).toEqual([0, 0]);
  });
});

describe("negatives", () => {
  it("look the same up to case, punctuation, spacing and what is not seen", () => {
    const text = "It's the best coffee in town!";
    for (const copy of [
      "it’s  THE best coffee in town",
      "Its the best cof\u00adfee in town.",
      "\ufeffIt's the best coffee\u200b in town…",
      "It's-the-best-coffee-in-town",
      "“It's the best coffee in town!”",
    ]) {
      expect(looseKey(copy)).toBe(looseKey(text));
    }
    expect(looseKey("C++")).not.toBe(looseKey("C"));
    expect(looseKey("...")).not.toBe(looseKey("!?"));
    expect(comparableText("...")).toBe(looseKey("..."));
  });

  it("that are drawn repeat neither their query nor a positive of it, however it is spelt", () => {
    const pairs = [
      gold("How do I swim?", "Move your arms, and your legs!", "a"),
      gold("how do i  swim", "Learn it in water.", "b"),
      gold("x", "HOW DO I SWIM", "c"),
      gold("y", "move your arms and your legs", "d"),
      gold("z", "right for z", "e"),
    ];
    const { pairs: drawn, counts } = sampleWeakNegatives(pairs, { perPositive: 9 });
    const of = (query: string): string[] =>
      drawn.filter((pair) => pair.query === query).map(({ passage }) => passage);
    expect(of("How do I swim?")).toEqual(["right for z"]);
    expect(of("how do i  swim")).toEqual(["right for z"]);
    expect(counts.drops).toMatchObject({ "repeats-query": 2, "repeats-positive": 3 });
    const exact = sampleWeakNegatives(pairs, { perPositive: 9, fold: false });
    const swim = exact.pairs.filter(({ query }) => query === "How do I swim?");
    expect(swim.map(({ passage }) => passage).sort()).toEqual([
      "HOW DO I SWIM",
      "Learn it in water.",
      "move your arms and your legs",
      "right for z",
    ]);
  });
});
