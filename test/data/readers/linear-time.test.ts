import { describe, expect, it } from "vitest";
import { parseNaturalQuestion } from "../../../src/data/natural-questions/natural-question.js";
import { naturalText } from "../../../src/data/natural-questions/page/natural-text.js";
import { simplifyNaturalQuestion } from "../../../src/data/natural-questions/simplify.js";
import { readDpr } from "../../../src/data/pairs/read-dpr.js";
import { readPairs } from "../../../src/data/pairs/read-pairs.js";
import { parseExactJson } from "../../../src/data/sources/exact-json.js";
import { prepareInputs } from "../../../src/embed/openai/tokens/prepare-inputs.js";
import { loadCl100k } from "../../../src/embed/openai/tokens/tokenizer.js";
import { parseRun } from "../../../src/evaluate/retrieval/trec-format.js";
import { holdsWords } from "../../../src/negatives/guards/holds-words.js";
import { collect, stream } from "./support.js";

const tokenizer = await loadCl100k();

/**
 * How many times as long work takes on eight times as much: about 8 where time grows with the size, 64 with its square. Of
 * the processor's own time, so that others on the machine do not count, and the best of five.
 */
async function growth(work: (size: number) => unknown, size: number): Promise<number> {
  const times = async (n: number): Promise<number> => {
    let best = Infinity;
    for (let i = 0; i < 5; i++) {
      const before = process.cpuUsage();
      await work(n);
      const { user, system } = process.cpuUsage(before);
      best = Math.min(best, user + system);
    }
    return best;
  };
  await work(size);
  let least = Infinity;
  // What grows with the square does so however often it is measured; a neighbour in the cache comes and goes.
  for (let turn = 0; turn < 3 && least > 16; turn++) {
    const large = await times(8 * size);
    const small = Math.max(await times(size), 200); // microseconds below which a clock tells nothing
    least = Math.min(least, large / small);
  }
  return least;
}

const original = (gap: string, token = "a"): string =>
  JSON.stringify({
    example_id: 1,
    question_text: "q",
    document_url: "u",
    document_title: "t",
    document_tokens: [{ token, html_token: "GAP", start_byte: 0, end_byte: 1 }],
    long_answer_candidates: [{ start_token: 0, end_token: 1, top_level: true }],
    annotations: [
      {
        annotation_id: 1,
        long_answer: { start_token: 0, end_token: 1, candidate_index: 0 },
        short_answers: [],
        yes_no_answer: "NONE",
      },
    ],
  }).replace('"GAP"', `${gap}false${gap}`);

const read = (name: string, text: string, piece: number): Promise<unknown[]> =>
  collect(readPairs(stream(name, text, 0, piece)));

describe("time grows with the size, not with its square", () => {
  it.each<[string, number, (n: number) => unknown]>([
    [
      "of blanks within a token of an original line",
      20_000,
      (n) => parseNaturalQuestion(original(" ".repeat(n))).candidates[0].text,
    ],
    ["of blanks before no quotation mark", 20_000, (n) => naturalText(`a${"\u00a0".repeat(n)}b`)],
    ["of quotation marks", 20_000, (n) => naturalText(" ''".repeat(n) + "`` ".repeat(n))],
    ["of punctuation", 20_000, (n) => naturalText(`a ${",;%".repeat(n)}x`)],
    ["of backslashes in a line", 20_000, (n) => parseNaturalQuestion(original("", "\\".repeat(n)))],
    ["of a line to simplify", 20_000, (n) => simplifyNaturalQuestion(original(" ", '"'.repeat(n)))],
    [
      "of a quoted cell in small pieces",
      8_000,
      (n) => read("a.csv", `query,passage\nq,"${"x\n".repeat(n)}"`, 64),
    ],
    [
      "of a cell that opens no quote, in small pieces",
      8_000,
      (n) => read("a.tsv", `query\tpassage\n"${"x".repeat(n)}\tp`, 64),
    ],
    [
      "of rows whose backslashes explain nothing",
      2_000,
      (n) => read("a.csv", `query,passage\n${'"a \\\\ b",p\n'.repeat(n)}`, 1 << 16),
    ],
    [
      "of an object in small pieces",
      8_000,
      (n) =>
        collect(
          readDpr(stream("a.json", `[{"question":"${"x".repeat(n)}","positive_ctxs":[]}]`, 0, 64)),
        ),
    ],
    [
      "of long integers in JSON",
      4_000,
      (n) => parseExactJson(`[${"12345678901234567890,".repeat(n)}1]`),
    ],
    [
      "of an answer that repeats itself in a word",
      4_000,
      (n) => holdsWords(`${"a".repeat(2 * n)} tail`, "a".repeat(n)),
    ],
    [
      "of words that repeat themselves up to another",
      4_000,
      (n) => holdsWords("xy ".repeat(2 * n), `${"xy ".repeat(n)}x`),
    ],
    ["of blanks in a run", 20_000, (n) => parseRun(`q Q0 d 1 0.5${" ".repeat(n)}x\n`)],
  ])("%s", async (_, size, work) => {
    expect(await growth(work, size)).toBeLessThan(24);
  });

  it.skipIf(tokenizer === undefined).each(["a", "_", " ", "漢", "\n", "😀"])(
    "of a run of %j in the tokenizer, for a count and a cut",
    async (character) => {
      const { count, cut } = tokenizer!;
      expect(await growth((n) => count(`x${character.repeat(n)}y`), 2_000)).toBeLessThan(24);
      expect(await growth((n) => cut(`x${character.repeat(n)}y`, 100), 2_000)).toBeLessThan(24);
    },
  );
});

describe("a long text", () => {
  it.skipIf(tokenizer === undefined)(
    "is read once by the tokenizer, not once for every part that it is split into",
    () => {
      const { cut } = tokenizer!;
      const words = "some words of a book, 12345 of them. ".repeat(4000);
      const read = (length: number): number => {
        let characters = 0;
        const counting = {
          ...tokenizer!,
          cut: (text: string, limit: number): string => {
            // What a cut finds depends on no more than this much of the text.
            const beginning = text.slice(0, 8 * limit + 4096);
            expect(cut(text, limit)).toBe(cut(beginning, limit));
            characters += beginning.length;
            return cut(beginning, limit);
          },
        };
        const settings = { longInputs: "average" as const, maxTokensPerInput: 1000 };
        const parts = prepareInputs([words.slice(0, length)], counting, settings, { caller: "x" });
        expect([...parts].map(({ text }) => text).join("")).toBe(words.slice(0, length));
        return characters;
      };
      expect(read(80_000) / read(10_000)).toBeLessThan(16);
    },
  );

  it.skipIf(tokenizer === undefined)("takes time by its length to be split", async () => {
    const settings = { longInputs: "average" as const, maxTokensPerInput: 200 };
    const split = (n: number): unknown => [
      ...prepareInputs(["word 7 ".repeat(n)], tokenizer!, settings, { caller: "x" }),
    ];
    expect(await growth(split, 2_000)).toBeLessThan(24);
  });
});

describe("a long run in the tokenizer", () => {
  it.skipIf(tokenizer === undefined)(
    "is cut to the limit, and shorter ones are counted as ever",
    async () => {
      const { count, cut } = tokenizer!;
      const { encode } = await import("gpt-tokenizer/encoding/cl100k_base");
      const text = `${"a".repeat(500)} ${"word ".repeat(300)}${"_".repeat(400)}`;
      expect(count(text)).toBe(encode(text).length);
      const long = `x${"ab".repeat(5000)}`;
      expect(encode(cut(long, 50)).length).toBeLessThanOrEqual(50);
      expect(cut(long, 50).length).toBeGreaterThan(50);
      const exact = encode(long).length;
      expect(count(long)).toBeGreaterThanOrEqual(exact);
      expect(count(long)).toBeLessThanOrEqual(exact + Math.ceil(long.length / 512));
    },
  );
});

describe("the text of an original token", () => {
  it("is found however blanks, commas and brackets stand about it", () => {
    const line = original(" \n", "a}]").replace('}],"long', '} \t ] ,"long');
    const { candidates } = parseNaturalQuestion(line);
    expect(candidates[0].text).toBe("a}]");
  });
});
