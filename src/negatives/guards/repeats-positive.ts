import { holdsWords } from "./holds-words.js";

/** Shorter texts ("Paris") stand in many passages by chance, and the passage around them need not answer anything. */
const SHORTEST_HELD = 20;

/** Whether a passage repeats a positive or holds all its words inside itself; all texts in comparable form. */
export function repeatsPositive(
  comparable: string,
  positives: { has(text: string): boolean; keys(): Iterable<string> },
): boolean {
  if (positives.has(comparable)) return true;
  for (const text of positives.keys()) {
    if (text.length >= SHORTEST_HELD && holdsWords(comparable, text)) return true;
  }
  return false;
}
