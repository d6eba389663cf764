/**
 * Tokenised text put back the way it was written, as far as the tokens tell: no space before , . ; : ! ? % ) ] or a
 * contraction's tail, none after ( [ $ #, `` and '' as quotation marks, "now - retired" as "now-retired", 6 -- 18 as
 * 6–18. Tabs and line ends stay.
 */
export function naturalText(text: string): string {
  return text
    .split("\n")
    .map((line) => line.split("\t").map(naturalLine).join("\t"))
    .join("\n");
}

function naturalLine(line: string): string {
  return (
    closeQuotes(line.replaceAll(/``\s*/g, "“"))
      // A lone ' between words is an opening or closing mark: which one, nobody can tell; it joins what stands before.
      .replaceAll(/ (n't|'(?:s|S|re|ve|ll|d|m))(?![\p{L}\p{N}'])/gu, "$1")
      .replaceAll(/(s) '(?= |$)/g, "$1'")
      .replaceAll(/ ([,.;:!?%)\]}°’]+)(?=[\s”)\]}.,;:!?]|$)/g, "$1")
      .replaceAll(/([([{$£€#]) /g, "$1")
      .replaceAll(/(?<=[\p{L}\p{N}]) - (?=[\p{L}\p{N}])/gu, "-")
      .replaceAll(/(?<=\p{N}) -- (?=\p{N})/gu, "–")
      .replaceAll(/ -- /g, " – ")
      .replaceAll(/(?<=[\p{L}\p{N}]) \/ (?=[\p{L}\p{N}])/gu, "/")
      .replaceAll(/[“”]/g, '"')
  );
}

/** Quotation marks for '' without the blanks before them; a pattern that begins with blanks would try each run from each. */
function closeQuotes(line: string): string {
  const parts = line.split("''");
  const last = parts.pop() as string;
  return parts.map((part) => `${part.trimEnd()}”`).join("") + last;
}
