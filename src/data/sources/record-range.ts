import { checkInteger } from "../../base/checks.js";

/** Which records of all that the sources have are wanted. */
export interface RecordRange {
  /** Pass over so many records first, without parsing them. @default 0 */
  readonly skip?: number | undefined;
  /** Stop after so many records. @default Infinity */
  readonly limit?: number | undefined;
  /**
   * Draw so many records, each with the same chance, from what `skip` and `limit` leave; they come in the order of the
   * sources. @default all
   */
  readonly sample?: number | undefined;
  /** Of the draw. @default 1 */
  readonly seed?: string | number | undefined;
}

/**
 * @param caller The public function that was called, for the message.
 * @throws RangeError `"readPairs: skip must be an integer >= 0, received -1"`
 */
export function checkRecordRange({ skip, limit, sample }: RecordRange, caller: string): void {
  const given = { skip, limit: limit === Infinity ? undefined : limit, sample };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) checkInteger(value, `${caller}: ${name}`, { least: 0 });
  }
}
