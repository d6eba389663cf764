import { describe, expect, it } from "vitest";
import { parseNaturalQuestion, simplifyNaturalQuestion } from "../../src/index.js";

const span = { start_byte: 3, end_byte: 9, start_token: 0, end_token: 3 };
const original = {
  annotations: [
    {
      annotation_id: 1,
      long_answer: { candidate_index: 0, ...span },
      short_answers: [{ ...span, start_token: 1, end_token: 2 }],
      yes_no_answer: "NONE",
    },
  ],
  document_html: "<P>Éa</P>",
  document_title: "T",
  document_tokens: [
    { token: '<P class="a b">', html_token: true, start_byte: 0, end_byte: 3 },
    { token: "É\u180e😀", html_token: false, start_byte: 3, end_byte: 4 },
    { token: "</P>", html_token: true, start_byte: 4, end_byte: 9 },
  ],
  document_url: "u",
  example_id: 2,
  long_answer_candidates: [{ ...span, top_level: true }],
  question_text: 'who "is" it',
  question_tokens: ["who"],
};

describe("simplifyNaturalQuestion", () => {
  it("keeps the tokens, drops HTML and byte offsets, writes as Python does", () => {
    const line = JSON.stringify(original)
      .replace('"example_id":2', '"example_id":-5328212470870865242')
      .replace('"annotation_id":1', '"annotation_id":15568189459232688585');
    expect(simplifyNaturalQuestion(line)).toBe(
      '{"question_text": "who \\"is\\" it", "example_id": -5328212470870865242, "document_url": "u", ' +
        '"document_text": "<P_class=\\"a_b\\"> \\u00c9\\u180e\\ud83d\\ude00 </P>", ' +
        '"long_answer_candidates": [{"start_token": 0, "end_token": 3, "top_level": true}], ' +
        '"annotations": [{"annotation_id": 15568189459232688585, ' +
        '"long_answer": {"candidate_index": 0, "start_token": 0, "end_token": 3}, ' +
        '"short_answers": [{"start_token": 1, "end_token": 2}], "yes_no_answer": "NONE"}]}',
    );
  });

  it("gives a line that reads as the same question", () => {
    const line = JSON.stringify(original);
    const { title: _a, ...simplified } = parseNaturalQuestion(simplifyNaturalQuestion(line));
    const { title: _b, ...expected } = parseNaturalQuestion(line);
    expect(JSON.stringify(simplified)).toBe(JSON.stringify(expected));
  });

  it("refuses what is not an original example, by place", () => {
    const { document_tokens: _, ...rest } = original;
    expect(() => simplifyNaturalQuestion(JSON.stringify(rest), { source: "f", line: 4 })).toThrow(
      "f:4: cannot simplify: the field document_tokens must be there, received nothing",
    );
  });
});
