import { comparableText } from "./split/comparable-text.js";

/**
 * The form in which two gold texts are one question or one passage: Unicode NFC without blanks at the ends. No case is
 * folded, as `ls -l` and `ls -L`, mW and MW, are not the same. It tells what belongs together and replaces no text: what is
 * embedded, and what a cache knows it by, is the text as it came.
 */
export function goldKey(text: string): string {
  return text.normalize("NFC").trim();
}

/**
 * The form in which a passage looks like another one, so that it is no negative beside it: {@link comparableText} without
 * punctuation, white space and characters that are not seen (soft hyphens, zero-width spaces, byte-order marks). A text
 * of punctuation alone keeps it.
 */
export function looseKey(text: string): string {
  const comparable = comparableText(text);
  return comparable.replaceAll(/[\p{P}\p{Z}\p{Cf}\s]+/gu, "") || comparable;
}
