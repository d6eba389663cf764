import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import { parseExactJson } from "../sources/exact-json.js";
import { decodeUtf8 } from "../sources/utf8.js";
import { findJsonFields, type JsonField } from "./json-fields.js";
import { pageFromTokensField } from "./page/json-pages.js";

/**
 * Turns a line of the original format into the line that Google's own script makes of it (`simplify_nq_data.py` of
 * google-research-datasets/natural-questions): the tokens joined by single spaces, a space inside a token written "_",
 * no HTML, no byte offsets, no title. Ids keep all their digits. The line is the same byte for byte, and so ASCII: Python
 * writes "é" as "\u00e9".
 *
 * @param line One example of the original format, as text or UTF-8.
 * @param place Where the line stands, for errors.
 * @returns JSON without a line end.
 * @throws DataError when the line is no example of the original format.
 */
export function simplifyNaturalQuestion(
  line: string | Uint8Array,
  place: Place = { source: "line" },
): string {
  const bytes = typeof line === "string" ? new TextEncoder().encode(line) : line;
  try {
    return simplify(bytes);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new DataError(place, `cannot simplify: ${cause}`, { cause: error });
  }
}

function simplify(bytes: Uint8Array): string {
  const fields = findJsonFields(bytes);
  const field = (name: string): JsonField => {
    const found = fields.get(name);
    if (found === undefined)
      throw new TypeError(`the field ${name} must be there, received nothing`);
    return found;
  };
  const value = (name: string): unknown => {
    const { start, end } = field(name);
    return parseExactJson(decodeUtf8(bytes.subarray(start, end)));
  };
  const tokens = field("document_tokens");
  if (tokens.objects === 0)
    throw new TypeError("document_tokens must be an array of objects, received none");
  return pythonJson({
    question_text: value("question_text"),
    example_id: value("example_id"),
    document_url: value("document_url"),
    document_text: pageFromTokensField(bytes, tokens).slice(0, tokens.objects).join(" "),
    long_answer_candidates: asArray(value("long_answer_candidates"), "long_answer_candidates").map(
      withoutBytes,
    ),
    annotations: asArray(value("annotations"), "annotations").map((annotation) => {
      const { long_answer: long, short_answers: short } = annotation;
      // The spread keeps the order of the fields.
      return {
        ...annotation,
        long_answer: withoutBytes(long as Fields),
        short_answers: asArray(short, "short_answers").map(withoutBytes),
      };
    }),
  });
}

type Fields = Readonly<Record<string, unknown>>;

function asArray(value: unknown, name: string): readonly Fields[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`${name} must be an array, received ${show(value)}`);
  }
  return value as readonly Fields[];
}

function withoutBytes(span: Fields): Fields {
  const { start_byte: _start, end_byte: _end, ...rest } = span;
  return rest;
}

/** JSON as Python's `json.dumps` writes it: ", " and ": " between, nothing beyond ASCII. */
function pythonJson(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") {
    return JSON.stringify(value).replaceAll(
      /[\u007f-\uffff]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  }
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(
      ([name, item]) => `${pythonJson(name)}: ${pythonJson(item)}`,
    );
    return `{${fields.join(", ")}}`;
  }
  return JSON.stringify(value);
}
