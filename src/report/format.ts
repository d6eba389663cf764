/** A number with a fixed number of decimals and a true minus sign. */
export function formatNumber(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  const zero = Number(text) === 0;
  return zero ? text.replace("-", "") : text.replace("-", "−");
}

/** A share as per cent, e.g. `"82.9 %"` (with a no-break space). */
export function formatPercent(share: number, decimals = 1): string {
  return `${formatNumber(share * 100, decimals)}\u00a0%`;
}

/** Seconds with as many decimals as matter. */
export function formatSeconds(seconds: number): string {
  return formatNumber(seconds, seconds < 10 ? 2 : seconds < 100 ? 1 : 0);
}

/** What XML and HTML do not allow in a text: control characters (blanks excepted) and two code points that are none. */
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g;

/** The text without characters that a page must not hold. */
export function withoutControls(text: string): string {
  return text.replace(forbidden, "");
}

/**
 * At most `length` characters (by code point, so no emoji is cut in two), cut at a word where there is one; tabs
 * (between the cells of a table) become bars, line breaks and runs of blanks one blank, control characters go.
 */
export function shorten(text: string, length: number): string {
  // Looking at a few times the length is enough, however long the text.
  const flat = text
    .slice(0, length * 8)
    // A table row reads better with its cells separated.
    .replace(/[ \u00a0]*\t[ \u00a0]*/g, " | ")
    .replace(/\s+/g, " ")
    .replace(forbidden, "")
    .trim();
  const characters = [...flat].map((c) => (/^[\ud800-\udfff]$/.test(c) ? "\ufffd" : c));
  if (characters.length <= length && text.length <= length * 8) return characters.join("");
  const cut = characters.slice(0, length - 1).join("");
  const blank = cut.lastIndexOf(" ");
  return `${blank > cut.length * 0.6 ? cut.slice(0, blank) : cut}…`;
}

/** A set's name as a heading: the two sets every run has are known by their negatives. */
export function setTitle(set: string): string {
  return set === "weak" || set === "hard" ? `${set} negatives` : set;
}
