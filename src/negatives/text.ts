/**
 * The form in which two texts are compared: Unicode-normalised (NFKC), lower case, every run of white space one blank.
 * Two passages that differ only in these are the same passage to a reader, and so to the guards.
 */
export function comparableText(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
}

/** Orders by UTF-16 code units: the same on every machine, unlike `localeCompare`. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
