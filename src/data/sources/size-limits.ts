import { checkInteger } from "../../base/checks.js";

/**
 * How much of a source may have to be held at once. A stream's total has no limit: only what one record takes is bounded, so
 * that a file which unpacks to one endless line ends in an error and not in a full memory.
 */
export interface SizeLimits {
  /** Bytes of a line or an object of JSON, characters of a row of a table. @default 67108864, 64 MiB */
  readonly maxLineBytes?: number | undefined;
  /** Characters of a cell of a table, or of a document that is one passage. @default 16777216 */
  readonly maxTextLength?: number | undefined;
}

export interface CheckedSizeLimits {
  readonly maxLineBytes: number;
  readonly maxTextLength: number;
}

export const defaultSizeLimits: CheckedSizeLimits = {
  maxLineBytes: 2 ** 26,
  maxTextLength: 2 ** 24,
};

/**
 * The limits with their defaults.
 *
 * @param caller The public function that was called, for the message.
 * @throws RangeError `"readPairs: maxLineBytes must be an integer >= 1, received 0"`
 */
export function sizeLimits(
  { maxLineBytes, maxTextLength }: SizeLimits,
  caller: string,
): CheckedSizeLimits {
  const limits = {
    maxLineBytes: maxLineBytes ?? defaultSizeLimits.maxLineBytes,
    maxTextLength: maxTextLength ?? defaultSizeLimits.maxTextLength,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (value !== Infinity) checkInteger(value, `${caller}: ${name}`, { least: 1 });
  }
  return limits;
}

/** `"the line must have at most 100 bytes (maxLineBytes), received more"`: what may lie behind it goes before the limit's name. */
export function tooLong(
  what: string,
  most: number,
  unit: string,
  option: keyof SizeLimits,
): string {
  return `${what} must have at most ${most} ${unit} (${option}), received more`;
}
