import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { findJsonFields } from "../../src/data/natural-questions/json-fields.js";
import { parseNaturalQuestion } from "../../src/data/natural-questions/natural-question.js";
import { cleanText } from "../../src/data/natural-questions/page/clean-text.js";
import {
  pageFromTextField,
  pageFromTokensField,
} from "../../src/data/natural-questions/page/json-pages.js";
import { naturalText } from "../../src/data/natural-questions/page/natural-text.js";
import type { PageText } from "../../src/data/natural-questions/page/page-text.js";

const encoder = new TextEncoder();

/** The page of a simplified line whose text is given as JSON. */
function simplified(json: string): PageText {
  const bytes = encoder.encode(`{"document_text": ${json}}`);
  return pageFromTextField(bytes, findJsonFields(bytes).get("document_text")!);
}

/** The page of an original line whose tokens are given as JSON. */
function original(json: string): PageText {
  const bytes = encoder.encode(`{"document_tokens": ${json} , "x": 1}`);
  return pageFromTokensField(bytes, findJsonFields(bytes).get("document_tokens")!);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Every passage's text from one pass, `undefined` where the page does not tell it, beside what cleaning it alone gives: how many it tells. */
function compare(page: PageText, spans: readonly Span[], natural: boolean): number {
  const startToken = spans.map(({ start }) => start);
  const endToken = spans.map(({ end }) => end);
  const texts = page.passages?.({ startToken, endToken }, { natural });
  let known = 0;
  for (const [i, { start, end }] of spans.entries()) {
    const text = texts?.[i];
    if (text === undefined) continue;
    known++;
    expect(natural ? naturalText(text) : text).toBe(cleanText(page, start, end, { natural }));
  }
  return known;
}

const allSpans = (count: number): Span[] =>
  Array.from({ length: count }, (_, start) =>
    Array.from({ length: count - start }, (_, more) => ({ start, end: start + more + 1 })),
  ).flat();

const tags = ["Table", "Tr", "Td", "Th", "Ul", "Li", "P", "H2", "B", "Span", "Sub", "Strong"];
const token = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...tags.flatMap((tag) => [`<${tag}>`, `</${tag}>`])) },
  {
    weight: 4,
    arbitrary: fc.constantFrom("a", "b", ".", "(", "'s", "--", "``", "''", "é", "–", "”"),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...["", "<", "<3", "</", "<>", "<P", '<Th_colspan="2">', "<Br/>", "<P_x>y>", "<tD>", "<A1>"],
      ...["<Strongest>", "&amp;", "&nbsp;", "x&lt;", "&", "&nGt;", "&#160;", "&#xD83D;", "🦊"],
      ...[
        "\u00a0",
        "x\u00a0",
        "\u3000",
        "\ufeff",
        "\n",
        "x\ty",
        "\\",
        '"',
        "/",
        "\u2028",
        "\u007f",
        "\u0001",
        "\ufffd",
      ],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: "grapheme", maxLength: 4 }).map((s) => s.replaceAll(" ", "_")),
  },
);

/** The same string as other programs write it into JSON. */
const writers: readonly ((text: string) => string)[] = [
  JSON.stringify,
  (text) =>
    JSON.stringify(text).replaceAll(
      /[\u007f-\uffff<>&/]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
    ),
  (text) => JSON.stringify(text).replaceAll("/", "\\/"),
];

describe("the texts of a page's passages from one pass", () => {
  it("are those of cleaning each alone, whatever the tokens and whoever wrote the JSON", () => {
    fc.assert(
      fc.property(
        fc.array(token, { minLength: 1, maxLength: 14 }),
        fc.constantFrom(...writers),
        fc.boolean(),
        (tokens, write, natural) => {
          compare(simplified(write(tokens.join(" "))), allSpans(tokens.length), natural);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("are so for the original's tokens as well, spaces within them included", () => {
    const item = fc.record({
      token: fc.oneof(
        { weight: 5, arbitrary: token },
        { weight: 1, arbitrary: fc.constantFrom("a b", " ", "<Td x>") },
      ),
      html_token: fc.boolean(),
      looks: fc.boolean(),
      order: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(...writers),
        fc.boolean(),
        (items, write, natural) => {
          const objects = items.map(({ token, html_token, looks, order }) => {
            const tag = looks ? token.startsWith("<") : html_token;
            const [text, html] = [`"token": ${write(token)}`, `"html_token":${tag}`];
            return order
              ? `{${text}, "start_byte": 0, "end_byte":1, ${html}}`
              : `{ ${html},${text} }`;
          });
          compare(original(`[${objects.join(" , ")}]`), allSpans(items.length), natural);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("stay so where bytes are broken: what cleaning a passage alone refuses is never told", () => {
    fc.assert(
      fc.property(
        fc.array(token, { minLength: 2, maxLength: 8 }),
        fc.constantFrom(...writers),
        fc.nat(),
        fc.constantFrom(0, 9, 0x20, 0x22, 0x26, 0x3c, 0x5c, 0x80, 0xc3, 0xe2, 0xff),
        (tokens, write, at, byte) => {
          const bytes = encoder.encode(`{"document_text": ${write(tokens.join(" "))}}`);
          bytes[19 + (at % Math.max(1, bytes.length - 21))] = byte;
          let page: PageText;
          try {
            page = pageFromTextField(bytes, findJsonFields(bytes).get("document_text")!);
          } catch {
            return;
          }
          compare(page, allSpans(tokens.length - 1), false);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("are the same where Node's bytes are missing, and beside the sign for bytes that are no text", () => {
    const page = (): PageText =>
      simplified(
        '"<P> plain words </P> <P> \u2013 \ufffd </P> <Table> <Tr> <Td> é </Td> </Tr> </Table>"',
      );
    const spans = { startToken: [0, 4, 8, 9], endToken: [4, 8, 15, 14] };
    const texts = ["plain words", "– \ufffd", "é", "é"];
    expect(page().passages?.(spans, {})).toEqual(texts);
    vi.stubGlobal("Buffer", undefined);
    try {
      expect(page().passages?.(spans, {})).toEqual(texts);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("are not told of a passage whose bytes are no text", () => {
    const bytes = encoder.encode('{"document_text": "<P> a # </P> <P> b </P>"}');
    bytes[bytes.indexOf(0x23)] = 0xff;
    const page = pageFromTextField(bytes, findJsonFields(bytes).get("document_text")!);
    expect([...(page.passages?.({ startToken: [0, 4], endToken: [4, 7] }, {}) ?? [])]).toEqual([
      undefined,
      "b",
    ]);
  });

  it("are told of every passage that a browser's box would hold, but of those within a cell", () => {
    const page = simplified(
      JSON.stringify(
        "T - wikipedia <H1> T </H1> <Table> <Tr> <Td> <Ul> <Li> a </Li> </Ul> </Td> <Td> é </Td> </Tr> </Table> " +
          "<P> b <B> c </B> &amp; d </P> <Dl> <Dd> e </Dd> </Dl>",
      ),
    );
    const boxes = [
      [6, 20],
      [7, 19],
      [20, 28],
      [28, 33],
      [29, 32],
    ];
    const spans = boxes.map(([start, end]) => ({ start, end }));
    expect(compare(page, spans, false)).toBe(spans.length);
    expect(compare(page, [{ start: 9, end: 14 }], false)).toBe(0);
  });

  it("are refused in the place and the words of cleaning one alone, when a passage ends beyond the page", () => {
    const line = JSON.stringify({
      example_id: 1,
      question_text: "q",
      document_url: "u",
      document_text: `<P> ${"a ".repeat(20)}</P>`,
      long_answer_candidates: [
        { start_token: 0, end_token: 22, top_level: true },
        { start_token: 0, end_token: 23, top_level: true },
      ],
      annotations: [],
    });
    const { candidates } = parseNaturalQuestion(line, { source: "f.jsonl", line: 3 });
    expect(candidates[0].text).toBe(Array(20).fill("a").join(" "));
    expect(() => candidates[1].text).toThrow(
      "f.jsonl:3: a span must end within the 22 tokens of the page, received 23",
    );
  });

  it("keep a page of any length, and one after a longer one", () => {
    for (const words of [10, 600_000, 3]) {
      const text = `<P> ${"a ".repeat(words)}</P> <P> b </P>`;
      const spans = [
        { start: 0, end: words + 2 },
        { start: words + 2, end: words + 5 },
      ];
      expect(compare(simplified(JSON.stringify(text)), spans, false)).toBe(2);
    }
  });

  it("are known of all candidates of the sample", () => {
    const file = new URL("../../examples/data/nq-sample.jsonl.gz", import.meta.url);
    for (const line of gunzipSync(readFileSync(file)).toString("utf8").trimEnd().split("\n")) {
      const { document_text: text, long_answer_candidates: candidates } = JSON.parse(line) as {
        document_text: string;
        long_answer_candidates: { start_token: number; end_token: number }[];
      };
      const spans = candidates.map(({ start_token: start, end_token: end }) => ({ start, end }));
      expect(compare(simplified(JSON.stringify(text)), spans, false)).toBe(spans.length);
    }
  });
});
