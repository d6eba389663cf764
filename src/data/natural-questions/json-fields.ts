import { decodeUtf8 } from "../sources/utf8.js";

/** One field of a JSON object, not parsed yet. */
export interface JsonField {
  /** First byte of the value. */
  readonly start: number;
  /** One past its last byte. */
  readonly end: number;
  /** Of an array: how many objects stand directly in it. */
  readonly objects: number;
}

/** What is wrong with a line, as an unfinished sentence. */
class JsonSyntaxError extends SyntaxError {
  override name = "JsonSyntaxError";
}

const quote = 0x22;
const backslash = 0x5c;

/**
 * Finds the fields of a JSON object without parsing their values: a reader then decodes only what it uses (of an
 * original Natural Questions line, most is HTML that nobody asks for). Values are looked at only so far as is needed to
 * find their ends; the rest is checked when they are decoded.
 *
 * @param bytes UTF-8, one object, white space around it allowed.
 * @param endOf Called for each field with the start of its value, by a caller that parses some fields itself: gives back
 *   the end of the value, or -1 to have it found.
 * @returns The fields by name; the last one where a name repeats, as with `JSON.parse`.
 * @throws JsonSyntaxError when the bytes are not one JSON object.
 */
export function findJsonFields(
  bytes: Uint8Array,
  endOf: (name: string, start: number) => number = () => -1,
): Map<string, JsonField> {
  const fields = new Map<string, JsonField>();
  let i = skipSpace(bytes, 0);
  if (bytes[i] !== 0x7b) {
    throw new JsonSyntaxError(`the line must be a JSON object, received ${peek(bytes, i)}`);
  }
  i = skipSpace(bytes, i + 1);
  if (bytes[i] === 0x7d) return endOfLine(bytes, i + 1, fields);
  for (;;) {
    if (bytes[i] !== quote)
      throw new JsonSyntaxError(`a field name must come next, received ${peek(bytes, i)}`);
    const key = scanString(bytes, i);
    const name = decodeJsonString(bytes, key);
    i = skipSpace(bytes, key.end);
    if (bytes[i] !== 0x3a) {
      throw new JsonSyntaxError(`":" must come after "${name}", received ${peek(bytes, i)}`);
    }
    const start = skipSpace(bytes, i + 1);
    const end = endOf(name, start);
    const value = end < 0 ? scanValue(bytes, start) : { start, end, objects: 0 };
    fields.set(name, value);
    i = skipSpace(bytes, value.end);
    if (bytes[i] === 0x7d) return endOfLine(bytes, i + 1, fields);
    if (bytes[i] !== 0x2c) {
      throw new JsonSyntaxError(`"," or "}" must come after "${name}", received ${peek(bytes, i)}`);
    }
    i = skipSpace(bytes, i + 1);
  }
}

/** The value of a string field. */
export function decodeJsonString(bytes: Uint8Array, field: JsonField): string {
  return parseJsonField(bytes, field) as string;
}

/** The value of any field, by `JSON.parse`. */
export function parseJsonField(bytes: Uint8Array, { start, end }: JsonField): unknown {
  return JSON.parse(decodeUtf8(bytes.subarray(start, end)));
}

function endOfLine(
  bytes: Uint8Array,
  i: number,
  fields: Map<string, JsonField>,
): Map<string, JsonField> {
  const rest = skipSpace(bytes, i);
  if (rest < bytes.length) {
    // Old Mac line ends land here: white space to JSON, no line end to us.
    const hint = bytes.subarray(i, rest).includes(0x0d)
      ? " (a lone carriage return does not end a line)"
      : "";
    throw new JsonSyntaxError(
      `the line must be one object, received more: ${peek(bytes, rest)}${hint}`,
    );
  }
  return fields;
}

function skipSpace(bytes: Uint8Array, i: number): number {
  for (; i < bytes.length; i++) {
    const c = bytes[i];
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break;
  }
  return i;
}

function scanValue(bytes: Uint8Array, start: number): JsonField {
  const c = bytes[start];
  if (c === quote) return scanString(bytes, start);
  if (c === 0x5b || c === 0x7b) return scanNested(bytes, start);
  let end = start;
  // Letters, digits and the signs of numbers; JSON.parse judges them when the field is used.
  while (end < bytes.length && isScalar(bytes[end])) end++;
  if (end === start)
    throw new JsonSyntaxError(`a value must come next, received ${peek(bytes, start)}`);
  return { start, end, objects: 0 };
}

function isScalar(c: number): boolean {
  return (
    (c >= 0x30 && c <= 0x39) ||
    (c >= 0x61 && c <= 0x7a) ||
    c === 0x45 ||
    c === 0x2b ||
    c === 0x2d ||
    c === 0x2e
  );
}

function scanString(bytes: Uint8Array, start: number): JsonField {
  let i = start;
  do {
    // The search runs in native code, many bytes at a time: most of a line lies inside a few long strings.
    i = bytes.indexOf(quote, i + 1);
    if (i < 0) throw new JsonSyntaxError("the line ends inside a string");
  } while (isEscaped(bytes, i));
  return { start, end: i + 1, objects: 0 };
}

/** Whether the byte at `i` follows an odd number of backslashes. */
function isEscaped(bytes: Uint8Array, i: number): boolean {
  let first = i;
  while (bytes[first - 1] === backslash) first--;
  return (i - first) % 2 === 1;
}

function scanNested(bytes: Uint8Array, start: number): JsonField {
  const length = bytes.length;
  let depth = 0;
  let objects = 0;
  for (let i = start; i < length; i++) {
    const c = bytes[i];
    if (c === quote) {
      for (i++; i < length && bytes[i] !== quote; i++) if (bytes[i] === backslash) i++;
    } else if (c === 0x5b || c === 0x7b) {
      if (depth++ === 1 && c === 0x7b) objects++;
    } else if (c === 0x5d || c === 0x7d) {
      if (--depth > 0) continue;
      return { start, end: i + 1, objects };
    }
  }
  throw new JsonSyntaxError("the line ends inside an array or object");
}

/** The next few bytes, for a message. */
function peek(bytes: Uint8Array, i: number): string {
  if (i >= bytes.length) return "the end of the line";
  const text = new TextDecoder().decode(bytes.subarray(i, i + 20));
  return JSON.stringify(text + (i + 20 < bytes.length ? "…" : ""));
}
