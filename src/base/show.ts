import { cutText } from "./text/surrogates.js";

/** A value as a message shows it: short, on one line, strings in quotes. Whatever it is, it can be shown. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return `function ${value.name}`.trimEnd();
  const text =
    typeof value === "number" || typeof value === "bigint"
      ? String(value)
      : (toJson(value) ?? kindOf(value));
  return text.length > 60 ? `${cutText(text, 57)}…` : text;
}

/** What has no JSON: symbols, circles, lists in lists in lists, of which text would be made by a call for each. */
function kindOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Array.isArray(value) ? "a list of lists" : "an object of objects";
  }
}

/** JSON that says what JSON leaves out; `undefined` where there is none. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_, part: unknown) => {
      if (typeof part === "number" && !Number.isFinite(part)) return String(part);
      if (typeof part === "bigint") return String(part);
      // Spelt out, a vector is one key per value.
      if (ArrayBuffer.isView(part)) return `${part.constructor.name} of ${part.byteLength} bytes`;
      return part;
    });
  } catch {
    return undefined;
  }
}
