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

/** The same of parquet, which is unpacked by pages and decoded by row groups, whatever little room they take in the file. */
export interface ParquetLimits {
  /** Bytes that a page unpacks to. @default 268435456, 256 MiB */
  readonly maxPageBytes?: number | undefined;
  /**
   * Bytes that those columns of a row group take which are read, as the file says: a value counts as 8 at least, a row as 64.
   *
   * @default 4294967296, 4 GiB
   */
  readonly maxGroupBytes?: number | undefined;
}

export interface CheckedSizeLimits {
  readonly maxLineBytes: number;
  readonly maxTextLength: number;
  readonly maxPageBytes: number;
  readonly maxGroupBytes: number;
}

export const defaultSizeLimits: CheckedSizeLimits = {
  maxLineBytes: 2 ** 26,
  maxTextLength: 2 ** 24,
  maxPageBytes: 2 ** 28,
  maxGroupBytes: 2 ** 32,
};

/**
 * The limits with their defaults.
 *
 * @param caller The public function that was called, for the message.
 * @throws RangeError `"readPairs: maxLineBytes must be an integer >= 1, received 0"`
 */
export function sizeLimits(
  { maxLineBytes, maxTextLength, maxPageBytes, maxGroupBytes }: SizeLimits & ParquetLimits,
  caller: string,
): CheckedSizeLimits {
  const limits = {
    maxLineBytes: maxLineBytes ?? defaultSizeLimits.maxLineBytes,
    maxTextLength: maxTextLength ?? defaultSizeLimits.maxTextLength,
    maxPageBytes: maxPageBytes ?? defaultSizeLimits.maxPageBytes,
    maxGroupBytes: maxGroupBytes ?? defaultSizeLimits.maxGroupBytes,
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
  option: keyof CheckedSizeLimits,
): string {
  return `${what} must have at most ${most} ${unit} (${option}), received more`;
}
