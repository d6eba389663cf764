import { withoutControls } from "./format.js";

/** Text made safe for an element or a quoted attribute of HTML. */
export function escapeHtml(text: string): string {
  return withoutControls(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Markup that is safe by construction: only {@link html} makes it. */
export interface Html {
  readonly markup: string;
}

type Value = Html | string | number | null | undefined | readonly Html[];

/** A template whose inserted strings are escaped; other templates, and lists of them, go in as they are. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  let markup = strings[0];
  for (const [i, value] of values.entries()) markup += insert(value) + strings[i + 1];
  return { markup };
}

/** Markup from a source that escapes for itself, such as vega's SVG. */
export function trusted(markup: string): Html {
  return { markup };
}

function insert(value: Value): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  if ("markup" in value) return value.markup;
  return value.map((part) => part.markup).join("");
}
