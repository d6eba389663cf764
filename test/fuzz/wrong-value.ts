/** A damaged input gave a value that is not what it says: the one outcome that nobody would notice. */
export class WrongValue extends Error {}

export function checkFinite(values: Iterable<number>, what: string): void {
  for (const value of values) {
    if (!Number.isFinite(value)) throw new WrongValue(`${what} holds ${value}`);
  }
}

export function checkSame(a: unknown, b: unknown, what: string): void {
  if (JSON.stringify(a) !== JSON.stringify(b)) throw new WrongValue(`${what} differs`);
}

/** Whether an error is one of the library's own words, which name the place, or what the language says of a bug. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "DataError") return true;
  return error.name === "RangeError" && /^[A-Za-z]\S* .*(?:must |damaged)/s.test(error.message);
}
