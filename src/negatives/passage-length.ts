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
export function checkLengths(place: string, minLength: number, maxLength: number): void {
  if (!(minLength >= 0)) {
    throw new RangeError(`${place}: minLength must be a number >= 0, received ${minLength}`);
  }
  if (!(maxLength >= minLength)) {
    throw new RangeError(
      `${place}: maxLength must be at least minLength (${minLength}), received ${maxLength}`,
    );
  }
}

/** @throws RangeError unless `value` is an integer of at least `least`. */
export function checkInteger(place: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${place}: ${name} must be an integer >= ${least}, received ${value}`);
  }
}
