import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { assembleLines } from "../../examples/data/assemble.js";
import { nqTokens } from "../../examples/data/nq-tokens.js";
import { parsePage } from "../../examples/data/page-source.js";

const folder = fileURLToPath(new URL("../../examples/data", import.meta.url));
const bytes = readFileSync(`${folder}/nq-sample.jsonl.gz`);
const lines = gunzipSync(bytes).toString("utf8").trimEnd().split("\n");

interface Span {
  start_token: number;
  end_token: number;
}
interface Example {
  question_text: string;
  document_url: string;
  document_text: string;
  long_answer_candidates: (Span & { top_level: boolean })[];
  annotations: {
    long_answer: Span & { candidate_index: number };
    short_answers: Span[];
    yes_no_answer: string;
  }[];
}
const examples = lines.map((line) => JSON.parse(line) as Example);

describe("the shipped sample", () => {
  it("is what its source gives", () => {
    expect(lines).toEqual(assembleLines(`${folder}/source`));
  });

  it("is gzipped without a date or a mark of the machine", () => {
    expect([...bytes.subarray(4, 8), bytes[9]]).toEqual([0, 0, 0, 0, 255]);
  });

  it("has at least 60 pages, 300 questions, 10 % of them unanswerable, and yes/no ones", () => {
    expect(new Set(examples.map((e) => e.document_url)).size).toBeGreaterThanOrEqual(60);
    expect(examples.length).toBeGreaterThanOrEqual(300);
    const answers = examples.map((e) => e.annotations[0]);
    const none = answers.filter((a) => a.long_answer.candidate_index < 0);
    expect(none.length / examples.length).toBeGreaterThanOrEqual(0.1);
    expect(answers.some((a) => a.yes_no_answer === "YES")).toBe(true);
    expect(answers.some((a) => a.yes_no_answer === "NO")).toBe(true);
  });

  it("has ids beyond 2^53, each only once", () => {
    const ids = lines.map((line) => BigInt(/"example_id":(-?\d+),/.exec(line)![1]));
    expect(new Set(ids).size).toBe(lines.length);
    expect(ids.filter((id) => id > 2n ** 53n || id < -(2n ** 53n)).length).toBe(lines.length);
  });

  it("has candidates that open and close an element, and top-level ones that no other contains", () => {
    for (const { document_text, long_answer_candidates } of examples) {
      const tokens = document_text.split(" ");
      expect(long_answer_candidates.length).toBeGreaterThanOrEqual(6);
      for (const [i, c] of long_answer_candidates.entries()) {
        expect(tokens[c.end_token - 1]).toBe(tokens[c.start_token].replace("<", "</"));
        const contained = long_answer_candidates.some(
          (other, j) =>
            i !== j && other.start_token <= c.start_token && c.end_token <= other.end_token,
        );
        expect(c.top_level).toBe(!contained);
      }
    }
  });

  it("has short answers inside the long answer, which is the candidate of its index", () => {
    for (const { long_answer_candidates, annotations } of examples) {
      const { long_answer, short_answers } = annotations[0];
      if (long_answer.candidate_index < 0) continue;
      const { start_token, end_token } = long_answer_candidates[long_answer.candidate_index];
      expect(long_answer).toMatchObject({ start_token, end_token });
      for (const short of short_answers) {
        expect(short.start_token).toBeGreaterThan(start_token);
        expect(short.end_token).toBeLessThan(end_token);
      }
    }
  });
});

describe("nqTokens", () => {
  it.each([
    ["Earth's sky (blue)", "Earth 's sky ( blue )"],
    ['the "big" one', "the `` big '' one"],
    ["blood-sucking", "blood - sucking"],
    ["1,642 m; 4.2%", "1,642 m ; 4.2 %"],
    ["it isn't. It can't!", "it is n't . It ca n't !"],
    ["Q'eswachaka by J. Smith of the U.S.", "Q'eswachaka by J. Smith of the U.S."],
    ["the growers' end...", "the growers ' end ..."],
  ])("splits %j as Natural Questions does", (text, tokens) => {
    expect(nqTokens(text).join(" ")).toBe(tokens);
  });
});

describe("parsePage", () => {
  const page = "title: T\n\np a: Words here.\n\nq: what\n";
  it.each([
    ["a line of no kind", "title: T\nhello", "x.txt:2: not a line of the source format"],
    ["a repeated id", "title: T\np a: x\np a: y", 'x.txt:3: the block id "a" is used twice'],
    ["a row outside a table", "title: T\n| a |", "x.txt:2: a table row outside a table"],
    [
      "a ragged table",
      "title: T\ntable t:\n| a | b |\n| c |",
      "x.txt:4: expected 2 cells like the header row, received 1",
    ],
    ["an item outside a list", "title: T\n- a", "x.txt:2: a list item outside a list"],
    ["a question without long: or none", page, "x.txt:5: a question needs either long: or none"],
    ["none with an answer", `${page}none\nlong: a`, "x.txt:5: a question needs either"],
    ["an answer before its question", "title: T\nnone", "x.txt:2: none before the first q:"],
    [
      "a yes/no answer with a short one",
      `${page}long: a\nshort: Words\nyesno: YES`,
      "x.txt:5: a yes/no answer has no short:",
    ],
    ["a strange yes/no answer", `${page}long: a\nyesno: maybe`, "x.txt:7: yesno: must be YES"],
  ])("refuses %s by file and line", (_, text, message) => {
    expect(() => parsePage(text, "x.txt")).toThrow(message);
  });
});
