import { describe, expect, it } from "vitest";
import { parseNaturalQuestion, type Question } from "../../src/index.js";

/** A simplified example; the fields given replace its own. */
function simplified(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    question_text: "who wrote it",
    example_id: 7,
    document_url: "https://en.wikipedia.org//w/index.php?title=A_Book_(novel)&amp;oldid=1",
    document_text:
      'A Book ( Novel ) - wikipedia <H1> A Book ( Novel ) </H1> <Table> <Tr> <Th_colspan="2"> Facts </Th> </Tr> ' +
      "<Tr> <Td> Author </Td> <Td> Ann Poe </Td> </Tr> </Table> <P> Ann Poe wrote it . </P>",
    long_answer_candidates: [
      { start_token: 14, end_token: 30, top_level: true },
      { start_token: 15, end_token: 20, top_level: false },
      { start_token: 20, end_token: 29, top_level: false },
      { start_token: 30, end_token: 37, top_level: true },
    ],
    annotations: [
      {
        annotation_id: 8,
        long_answer: { start_token: 30, end_token: 37, candidate_index: 3 },
        short_answers: [{ start_token: 31, end_token: 33 }],
        yes_no_answer: "NONE",
      },
    ],
    ...fields,
  };
}
const read = (fields?: Record<string, unknown>): Question =>
  parseNaturalQuestion(JSON.stringify(simplified(fields)), { source: "f.jsonl", line: 3 });

describe("parseNaturalQuestion", () => {
  it("reads a simplified example", () => {
    const question = read();
    expect(question.text).toBe("who wrote it");
    expect(question.title).toBe("A Book (novel)");
    expect(question.annotations[0].longAnswer?.text).toBe("Ann Poe wrote it .");
    expect(question.annotations[0].shortAnswers.map(({ text }) => text)).toEqual(["Ann Poe"]);
    expect(question.candidates.map(({ text }) => text)).toEqual([
      "Facts\nAuthor\tAnn Poe",
      "Facts",
      "Author\tAnn Poe",
      "Ann Poe wrote it .",
    ]);
    expect(question.candidates.map(({ topLevel }) => topLevel)).toEqual([true, false, false, true]);
  });

  it.each(["5328212470870865242", "-8062182676792486818", "15568189459232688585"])(
    "keeps every digit of id %s",
    (id) => {
      const line = JSON.stringify(simplified())
        .replace('"example_id":7', `"example_id": ${id}`)
        .replace('"annotation_id":8', `"annotation_id" :${id}`);
      const question = parseNaturalQuestion(line);
      expect(question.id).toBe(id);
      expect(question.annotations[0].id).toBe(id);
    },
  );

  it("takes ids written as strings, and is not misled by text that looks like a field", () => {
    const question = read({
      example_id: "42",
      question_text: 'what is "annotation_id":12345678901234567890',
    });
    expect(question.id).toBe("42");
    expect(question.text).toBe('what is "annotation_id":12345678901234567890');
  });

  it("gives the same question for an original example", () => {
    const { document_text, ...rest } = simplified();
    const original = {
      ...rest,
      document_title: "A Book (novel)",
      document_html: '<p class="x">\\',
      document_tokens: String(document_text)
        .split(" ")
        .map((token) => ({
          token: token.replace("_", " "),
          html_token: token.startsWith("<"),
          start_byte: 0,
          end_byte: 1,
        })),
    };
    const question = parseNaturalQuestion(JSON.stringify(original));
    expect(JSON.stringify(question)).toBe(JSON.stringify(read()));
  });

  it("knows no answer from a long answer of -1", () => {
    const none = { start_token: -1, end_token: -1, candidate_index: -1 };
    const { annotations } = read({
      annotations: [
        { annotation_id: 1, long_answer: none, short_answers: [], yes_no_answer: "NONE" },
      ],
    });
    expect(annotations).toEqual([{ id: "1", longAnswer: null, shortAnswers: [], yesNo: "NONE" }]);
  });

  it("cuts a text out only when it is read, and it survives copying", () => {
    const { candidates } = read();
    const descriptor = Object.getOwnPropertyDescriptor(candidates[0], "text");
    expect(descriptor?.get).toBeTypeOf("function");
    expect({ ...candidates[3] }.text).toBe("Ann Poe wrote it .");
    expect(structuredClone(candidates[3]).text).toBe("Ann Poe wrote it .");
  });

  it("shares the getters of what is found when read, lest each record keep others alive", () => {
    const getter = (record: object, field: string): unknown =>
      Object.getOwnPropertyDescriptor(record, field)?.get;
    const [one, other] = [read(), read()];
    expect(getter(one, "candidates")).toBe(getter(other, "candidates"));
    expect(getter(one.candidates[0], "text")).toBe(getter(other.candidates[1], "text"));
    expect(getter(one.candidates[0], "kind")).toBe(getter(other.candidates[1], "kind"));
  });

  const none = { start_token: -1, end_token: -1, candidate_index: -1 };
  it.each([
    [
      "another record",
      { document_text: undefined },
      "a Natural Questions example must have a field document_text",
    ],
    [
      "a missing field",
      { question_text: undefined },
      "the field question_text must be there, received nothing",
    ],
    ["a field of another type", { document_url: 3 }, "document_url must be a string, received 3"],
    [
      "an id that is no integer",
      { example_id: 1.5 },
      'example_id must be an integer, received "1.5"',
    ],
    [
      "a candidate that ends before it starts",
      { long_answer_candidates: [{ start_token: 5, end_token: 5, top_level: true }] },
      "long_answer_candidates[0] must be tokens with 0 <= start < end, received 5 to 5",
    ],
    [
      "a candidate without an end",
      { long_answer_candidates: [{ start_token: 5, top_level: true }] },
      "long_answer_candidates[0].end_token must be an integer, received nothing",
    ],
    [
      "an answer beyond the page",
      {
        long_answer_candidates: [{ start_token: 30, end_token: 38, top_level: true }],
        annotations: [
          {
            annotation_id: 1,
            long_answer: { start_token: 30, end_token: 38, candidate_index: 0 },
            short_answers: [],
            yes_no_answer: "NONE",
          },
        ],
      },
      "a span must end within the 37 tokens of the page, received 38",
    ],
    [
      "an answer that is no candidate",
      {
        annotations: [
          {
            annotation_id: 1,
            long_answer: { start_token: 1, end_token: 2, candidate_index: 9 },
            short_answers: [],
            yes_no_answer: "NONE",
          },
        ],
      },
      "annotations[0].long_answer.candidate_index must be that of one of 4 candidates, received 9",
    ],
    [
      "an answer that contradicts its candidate",
      {
        annotations: [
          {
            annotation_id: 1,
            long_answer: { start_token: 1, end_token: 2, candidate_index: 3 },
            short_answers: [],
            yes_no_answer: "NONE",
          },
        ],
      },
      "annotations[0].long_answer must be the tokens of candidate 3, 30 to 37, received 1 to 2",
    ],
    [
      "a strange yes/no answer",
      {
        annotations: [
          { annotation_id: 1, long_answer: none, short_answers: [], yes_no_answer: "MAYBE" },
        ],
      },
      'annotations[0].yes_no_answer must be YES, NO or NONE, received "MAYBE"',
    ],
  ])("refuses %s by file, line and field", (_, fields, message) => {
    expect(() => read(fields)).toThrow(`f.jsonl:3: ${message}`);
  });

  it("refuses a candidate beyond the page when its text is read", () => {
    const question = read({
      long_answer_candidates: [{ start_token: 30, end_token: 99, top_level: true }],
      annotations: [],
    });
    expect(() => question.candidates[0].text).toThrow(
      "f.jsonl:3: a span must end within the 37 tokens of the page, received 99",
    );
  });

  it("counts tokens right where a space is written as an escape", () => {
    const line = JSON.stringify(simplified()).replace("Ann Poe wrote", "Ann\\u0020Poe wrote");
    const { annotations } = parseNaturalQuestion(line);
    expect(annotations).toEqual(read().annotations);
  });

  it("reads candidates with bytes, in any order of fields and spacing, as the plain ones", () => {
    const spaced = simplified({
      long_answer_candidates: (simplified()["long_answer_candidates"] as object[]).map((span) =>
        Object.fromEntries([["end_byte", 12], ...Object.entries(span).reverse()]),
      ),
    });
    const { candidates } = parseNaturalQuestion(
      JSON.stringify(spaced, null, 1).replaceAll("\n", "\r"),
    );
    expect(JSON.stringify(candidates)).toBe(JSON.stringify(read().candidates));
  });

  it.each([
    ["a line cut short", (line: string) => line.slice(0, 300), "the line ends"],
    ["two values on a line", (line: string) => `${line}\r${line}`, "a lone carriage return"],
    [
      "a raw tab in a string",
      (line: string) => line.replace("who wrote", "who\twrote"),
      "control character",
    ],
    ["something else", () => "[1]", 'the line must be a JSON object, received "[1]"'],
    ["nothing", () => " ", "received the end of the line"],
  ])("refuses %s", (_, change, message) => {
    const line = change(JSON.stringify(simplified()));
    expect(() => parseNaturalQuestion(line, { source: "f", line: 1 })).toThrow(/^f:1: /);
    expect(() => parseNaturalQuestion(line)).toThrow(message);
  });

  it("refuses bytes that are not UTF-8", () => {
    const bytes = Buffer.from(
      JSON.stringify(simplified()).replace("wrote it", "wr\u00ffte"),
      "latin1",
    );
    expect(() => parseNaturalQuestion(bytes)).toThrow("line: not valid JSON");
  });
});
