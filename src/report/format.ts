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

/**
 * At most `length` characters (by code point, so no emoji is cut in two), cut at a word where there is one; line breaks
 * and runs of blanks become one blank, control characters go.
 */
export function shorten(text: string, length: number): string {
  // Looking at a few times the length is enough, however long the text.
  const flat = text
    .slice(0, length * 8)
    .replace(/\s+/g, " ")
    // XML forbids control characters, and a page must not carry them.
    .replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g, "")
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
