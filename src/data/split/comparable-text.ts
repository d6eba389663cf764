/**
 * The form in which two texts count as the same: Unicode compatibility form, lower case, every run of white space one
 * blank.
 */
export function comparableText(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll(/\s+/gu, " ").trim();
}
