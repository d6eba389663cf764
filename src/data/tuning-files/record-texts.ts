import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import { greatestGrade } from "../grade.js";

/**
 * The text of a field; a number is its digits.
 *
 * @returns `""` where there is none.
 * @throws DataError for what is no text.
 */
export function textOf(value: unknown, name: string, place: Place): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value.trim() === "" ? "" : value;
  if (typeof value === "bigint" || Number.isFinite(value)) return String(value);
  throw new DataError(
    place,
    `${name} must be a text, received ${show(value)}; name a field that holds one by columns`,
  );
}

/** The texts of a field that holds one, a list, or objects with a text and maybe a title, as Tevatron writes them. */
export function textsOf(value: unknown, name: string, place: Place): string[] {
  const values = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return values.map((item) => {
    if (typeof item !== "object" || item === null) return textOf(item, name, place);
    const { text, title } = item as { text?: unknown; title?: unknown };
    if (text === undefined) return textOf(item, name, place); // refused
    return withTitle(textOf(title, `${name}.title`, place), textOf(text, `${name}.text`, place));
  });
}

/** A passage as BEIR's own models read it. */
export function withTitle(title: string, text: string): string {
  return title === "" || text === "" ? text : `${title} ${text}`;
}

/**
 * An id as a text.
 *
 * @returns `""` where there is none.
 * @throws DataError for a number whose last digits JSON has lost.
 */
export function idOf(value: unknown, name: string, place: Place): string {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new DataError(
      place,
      `${name} must be a text or an integer with all its digits, received ${value}; write ids in quotes`,
    );
  }
  return textOf(value, name, place).trim();
}

/**
 * A label of a match.
 *
 * @returns `undefined` where there is none.
 * @throws DataError unless it is 0 or 1 (or -1, true, false).
 */
export function labelOf(value: unknown, name: string, place: Place): 0 | 1 | undefined {
  if (value === undefined || value === null) return undefined;
  const text = typeof value === "object" ? show(value) : String(value).trim().toLowerCase();
  switch (text) {
    case "":
      return undefined;
    case "1":
    case "1.0":
    case "true":
      return 1;
    case "0":
    case "0.0":
    case "-1":
    case "-1.0":
    case "false":
      return 0;
    default:
      throw new DataError(
        place,
        `${name} must be 0 or 1, received ${show(value)}; ` +
          `write 1 where the passage answers the query and 0 where not, ` +
          `or name grades by columns: { grade: "${name}" } (--grade-column)`,
      );
  }
}

/**
 * A grade.
 *
 * @returns `undefined` where there is none.
 * @throws DataError unless it is a number from 0 on.
 */
export function gradeOf(value: unknown, name: string, place: Place): number | undefined {
  const text = textOf(typeof value === "boolean" ? Number(value) : value, name, place).trim();
  if (text === "") return undefined;
  const grade = /^\+?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (grade <= greatestGrade) return grade;
  if (Number.isFinite(grade)) {
    throw new DataError(place, `${name} must be at most ${greatestGrade}, received ${show(value)}`);
  }
  throw new DataError(
    place,
    `${name} must be a number >= 0, received ${show(value)}; write 0 for a passage that does not answer`,
  );
}
