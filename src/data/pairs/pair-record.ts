import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import type { DelimitedRow } from "./delimited-rows.js";
import { parseExactJson } from "../sources/exact-json.js";
import { decodeUtf8, notUtf8 } from "../sources/utf8.js";
import type { Pair } from "../types.js";

/** Which field of a record is what. */
export interface PairFields {
  /** @default "query" */
  readonly query?: string | undefined;
  /** @default "passage" */
  readonly passage?: string | undefined;
  /** 0 or 1; a record without it is a match. @default "label" */
  readonly label?: string | undefined;
  /** What must stay on one side of a split; a record without it is grouped with others of its query. @default "group" */
  readonly group?: string | undefined;
}

/**
 * A pair of your own: a JSON line or a row of a table.
 *
 * @throws DataError naming the place and the field that is not as expected.
 */
export function parsePair(
  record: Uint8Array | DelimitedRow,
  place: Place,
  { query: queryField = "query", passage: passageField = "passage", ...fields }: PairFields = {},
): Pair {
  const { label: labelField = "label", group: groupField = "group" } = fields;
  const get = record instanceof Uint8Array ? jsonFields(record, place) : record;
  const text = (name: string): string => {
    const value = get.get(name);
    if (typeof value === "string" && value.trim() !== "") return value;
    const names = [...get.keys()].slice(0, 8).join(", ");
    const hint = value === undefined ? ` among the fields ${names}` : "";
    throw new DataError(place, `${name} must be a text, received ${show(value)}${hint}`);
  };
  const query = text(queryField);
  const passage = text(passageField);
  const label = parseLabel(get.get(labelField), labelField, place);
  const group = exactId(get.get(groupField), groupField, place) ?? query;
  return { query, passage, label, group, kind: label === 1 ? "gold" : "given" };
}

/**
 * An id as a text, all its digits kept; nothing where there is none.
 *
 * @throws DataError for a number of which JSON has lost digits, and for what is neither a text nor a number.
 */
export function exactId(value: unknown, name: string, place: Place): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (value === undefined || value === null) return undefined;
  if (typeof value === "bigint") return String(value);
  const isNumber = typeof value === "number";
  if (isNumber && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return String(value);
  throw new DataError(
    place,
    `${name} must be a text or an integer with all its digits, received ${show(value)}${isNumber ? "; write ids in quotes" : ""}`,
  );
}

function parseLabel(value: unknown, name: string, place: Place): 0 | 1 {
  if (value === undefined) return 1;
  const text = typeof value === "string" ? value.trim() : value;
  if (text === 1 || text === true || text === "1") return 1;
  if (text === 0 || text === false || text === "0") return 0;
  throw new DataError(place, `${name} must be 0 or 1, received ${show(value)}`);
}

/** The fields of one JSON object. */
export function jsonFields(bytes: Uint8Array, place: Place): ReadonlyMap<string, unknown> {
  const value = parseJson(bytes, place);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DataError(place, `the record must be a JSON object, received ${show(value)}`);
  }
  return new Map(Object.entries(value));
}

/** A JSON value, its long integers as bigints. @throws DataError naming the place of what is no JSON, or no UTF-8. */
export function parseJson(bytes: Uint8Array, place: Place): unknown {
  let text: string;
  try {
    text = decodeUtf8(bytes);
  } catch (error) {
    throw new DataError(place, notUtf8, { cause: error });
  }
  try {
    return parseExactJson(text);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    // Python's json.dumps writes what JSON has no word for.
    const python = /[:[,]\s*(?:NaN|-?Infinity)\b/.test(text);
    const remedy = python
      ? "write null in place of NaN or Infinity"
      : "a record must be whole, each on a line of its own";
    throw new DataError(place, `not valid JSON: ${cause}; ${remedy}`, { cause: error });
  }
}
