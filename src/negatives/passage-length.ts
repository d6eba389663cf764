import { checkNumber, refuse } from "../base/checks.js";

/** The length filter of passages, shared by everything that collects them. */
export interface LengthOptions {
  /** Shortest passage kept, in characters (UTF-16 code units). Empty passages are never kept. @default 1 */
  readonly minLength?: number | undefined;
  /** Longest passage kept, in characters (UTF-16 code units). @default Infinity */
  readonly maxLength?: number | undefined;
}

export type LengthReason = "too-short" | "too-long";

/** Why a passage falls outside the lengths, or `null` when it does not. */
export function lengthReason(
  text: string,
  minLength: number,
  maxLength: number,
): LengthReason | null {
  if (text.length > maxLength) return "too-long";
  return text.length < minLength || text.trim() === "" ? "too-short" : null;
}

/** @throws RangeError when the bounds are not numbers or leave nothing between them. */
export function checkLengths(minLength: number, maxLength: number, caller: string): void {
  checkNumber(minLength, `${caller}: minLength`, { least: 0 });
  if (!(maxLength >= minLength)) {
    refuse(`${caller}: maxLength`, `a number >= minLength (${minLength})`, maxLength);
  }
}
