import type { CleanTextOptions } from "./page/clean-text.js";
import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import { decodeJsonString, findJsonFields, parseJsonField, type JsonField } from "./json-fields.js";
import { decodeUtf8 } from "../sources/utf8.js";
import { pageTitle } from "./page/page-title.js";
import { pageFromTextField, pageFromTokensField } from "./page/json-pages.js";
import { parseSpans, type SpanColumns } from "./json-spans.js";
import type { PageText } from "./page/page-text.js";
import { createQuestion, type RawAnnotation, type RawQuestion } from "./question.js";
import type { Question } from "../types.js";

/**
 * Reads one line of Natural Questions, original or simplified (it sees which).
 *
 * Ids keep all their digits. Texts of candidates and answers are cut out when they are first read. The title of a
 * simplified example, which has none, is found in its address and text; see `docs/data.md`.
 *
 * @param line The JSON of one example, as text or UTF-8.
 * @param place Where the line stands, for errors.
 * @throws DataError when the line is no such example; the message names the place and the field.
 */
export function parseNaturalQuestion(
  line: string | Uint8Array,
  place: Place = { source: "line" },
  options: CleanTextOptions = {},
): Question {
  const bytes = typeof line === "string" ? new TextEncoder().encode(line) : line;
  try {
    return new LineReader(bytes, place).question(options);
  } catch (error) {
    if (error instanceof DataError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new DataError(place, `not valid JSON: ${cause}`, { cause: error });
  }
}

type Json = Readonly<Record<string, unknown>>;

class LineReader {
  readonly #bytes: Uint8Array;
  readonly #place: Place;
  readonly #fields: Map<string, JsonField>;
  /** The candidates, where they are written as usual. */
  #spans: SpanColumns | null = null;

  constructor(bytes: Uint8Array, place: Place) {
    this.#bytes = bytes;
    this.#place = place;
    this.#fields = findJsonFields(bytes, (name, start) => {
      if (name !== "long_answer_candidates") return -1;
      this.#spans = parseSpans(bytes, start);
      return this.#spans?.end ?? -1;
    });
  }

  question(options: CleanTextOptions): Question {
    const simplified = this.#fields.has("document_text");
    if (!simplified && !this.#fields.has("document_tokens")) {
      const names = [...this.#fields.keys()].slice(0, 8).join(", ");
      return this.#fail(
        "a Natural Questions example must have a field document_text (simplified) or document_tokens " +
          `(original), received ${names === "" ? "no fields" : names}`,
      );
    }
    const id = this.#id();
    const text = this.#string("question_text");
    const url = this.#string("document_url");
    const page = simplified
      ? pageFromTextField(this.#bytes, this.#stringField("document_text"))
      : this.#tokens();
    return createQuestion(
      {
        id,
        text,
        title: simplified ? pageTitle(page, url) : this.#string("document_title"),
        url,
        page,
        candidates: this.#candidates(),
        annotations: this.#annotations(),
      },
      this.#place,
      options,
    );
  }

  #fail(message: string): never {
    throw new DataError(this.#place, message);
  }

  #field(name: string): JsonField {
    return (
      this.#fields.get(name) ?? this.#fail(`the field ${name} must be there, received nothing`)
    );
  }

  #stringField(name: string): JsonField {
    const field = this.#field(name);
    if (this.#bytes[field.start] !== 0x22) {
      this.#fail(`${name} must be a string, received ${show(parseJsonField(this.#bytes, field))}`);
    }
    return field;
  }

  #string(name: string): string {
    return decodeJsonString(this.#bytes, this.#stringField(name));
  }

  /** As its digits: `JSON.parse` would round it. */
  #id(): string {
    const field = this.#field("example_id");
    const digits = decodeUtf8(this.#bytes.subarray(field.start, field.end)).replace(
      /^"(.*)"$/,
      "$1",
    );
    return this.#digits(digits, "example_id");
  }

  #digits(value: unknown, name: string): string {
    if (typeof value === "string" && /^-?[0-9]+$/.test(value)) return value;
    return this.#fail(`${name} must be an integer, received ${show(value)}`);
  }

  #objects(value: unknown, name: string): readonly Json[] {
    if (!Array.isArray(value))
      return this.#fail(`${name} must be an array, received ${show(value)}`);
    for (const [i, item] of value.entries()) this.#object(item, `${name}[${i}]`);
    return value as readonly Json[];
  }

  #object(value: unknown, name: string): Json {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return this.#fail(`${name} must be an object, received ${show(value)}`);
    }
    return value as Json;
  }

  #tokens(): PageText {
    const field = this.#field("document_tokens");
    if (this.#bytes[field.start] !== 0x5b || field.objects === 0) {
      this.#fail(
        `document_tokens must be an array of objects, received ${show(parseJsonField(this.#bytes, field))}`,
      );
    }
    return pageFromTokensField(this.#bytes, field);
  }

  #candidates(): NonNullable<RawQuestion["candidates"]> {
    const field = this.#field("long_answer_candidates");
    if (this.#spans !== null) return this.#spans;
    const list = this.#objects(parseJsonField(this.#bytes, field), "long_answer_candidates");
    const startToken = new Float64Array(list.length);
    const endToken = new Float64Array(list.length);
    const topLevel = new Uint8Array(list.length);
    for (const [i, span] of list.entries()) {
      startToken[i] = this.#integer(span, "start_token", `long_answer_candidates[${i}]`);
      endToken[i] = this.#integer(span, "end_token", `long_answer_candidates[${i}]`);
      const { top_level: top } = span;
      if (typeof top !== "boolean") {
        this.#fail(
          `long_answer_candidates[${i}].top_level must be true or false, received ${show(top)}`,
        );
      }
      topLevel[i] = top ? 1 : 0;
    }
    return { startToken, endToken, topLevel };
  }

  #annotations(): RawAnnotation[] {
    const { start, end } = this.#field("annotations");
    const json = decodeUtf8(this.#bytes.subarray(start, end))
      // Inside a string the quotes would be escaped, so this finds only the field; quoted, its digits are kept.
      .replaceAll(/("annotation_id"\s*:\s*)(-?[0-9]+)/g, '$1"$2"');
    return this.#objects(JSON.parse(json), "annotations").map((annotation, k) => {
      const name = `annotations[${k}]`;
      const long = this.#object(annotation["long_answer"], `${name}.long_answer`);
      const short = this.#objects(annotation["short_answers"], `${name}.short_answers`);
      const yesNo = annotation["yes_no_answer"];
      if (yesNo !== "YES" && yesNo !== "NO" && yesNo !== "NONE") {
        return this.#fail(`${name}.yes_no_answer must be YES, NO or NONE, received ${show(yesNo)}`);
      }
      return {
        id: this.#digits(annotation["annotation_id"], `${name}.annotation_id`),
        startToken: this.#integer(long, "start_token", `${name}.long_answer`),
        endToken: this.#integer(long, "end_token", `${name}.long_answer`),
        candidateIndex: this.#integer(long, "candidate_index", `${name}.long_answer`),
        shortStarts: short.map((s, j) =>
          this.#integer(s, "start_token", `${name}.short_answers[${j}]`),
        ),
        shortEnds: short.map((s, j) =>
          this.#integer(s, "end_token", `${name}.short_answers[${j}]`),
        ),
        yesNo,
      };
    });
  }

  #integer(object: Json, field: string, name: string): number {
    const value = object[field];
    if (typeof value === "number" && Number.isInteger(value)) return value;
    return this.#fail(`${name}.${field} must be an integer, received ${show(value)}`);
  }
}
