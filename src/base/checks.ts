import { show } from "./show.js";

/**
 * The one dialect of refusals: place, expectation, what came.
 *
 * @param place The public function that was called and the argument, e.g. `"fitRca: lambda"`; in a list `"scores[3]"`.
 * @param expectation What it must be, e.g. `"a number > 0"`.
 * @throws RangeError `"fitRca: lambda must be a number > 0, received -1"`
 */
export function refuse(place: string, expectation: string, received: unknown): never {
  throw new RangeError(`${place} must be ${expectation}, received ${show(received)}`);
}

/** Bounds of a number; `least` and `most` belong to what is allowed, `above` and `below` do not. */
export interface NumberBounds {
  readonly least?: number;
  readonly most?: number;
  readonly above?: number;
  readonly below?: number;
}

/** @throws RangeError unless the value is a finite number within the bounds. */
export function checkNumber(value: unknown, place: string, bounds: NumberBounds = {}): void {
  if (!Number.isFinite(value) || !within(value as number, bounds)) {
    refuse(place, describe("a finite number", "a number", bounds), value);
  }
}

/** @throws RangeError unless the value is an integer from `least` to `most`. */
export function checkInteger(
  value: unknown,
  place: string,
  bounds: Pick<NumberBounds, "least" | "most"> = {},
): void {
  if (!Number.isInteger(value) || !within(value as number, bounds)) {
    refuse(place, describe("an integer", "an integer", bounds), value);
  }
}

/** @throws RangeError unless the value is one of the choices. */
export function checkChoice<T extends string>(
  value: unknown,
  place: string,
  choices: readonly T[],
): asserts value is T {
  if (!choices.includes(value as T)) {
    const quoted = choices.map((choice) => `"${choice}"`);
    const last = quoted.pop()!;
    refuse(place, quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`, value);
  }
}

/** @throws RangeError unless both lists have the same length. */
export function checkSameLength(
  a: ArrayLike<unknown>,
  aName: string,
  b: ArrayLike<unknown>,
  bName: string,
): void {
  if (a.length !== b.length) {
    throw new RangeError(
      `${aName} and ${bName} must have the same length, received ${a.length} and ${b.length}`,
    );
  }
}

function within(
  value: number,
  { least = -Infinity, most = Infinity, above = -Infinity, below = Infinity }: NumberBounds,
): boolean {
  return value >= least && value <= most && (above === -Infinity || value > above) && value < below;
}

function describe(free: string, kind: string, { least, most, above, below }: NumberBounds): string {
  if (least !== undefined && most !== undefined) return `${kind} from ${least} to ${most}`;
  const parts = [
    ...(least === undefined ? [] : [`>= ${least}`]),
    ...(above === undefined ? [] : [`> ${above}`]),
    ...(most === undefined ? [] : [`<= ${most}`]),
    ...(below === undefined ? [] : [`< ${below}`]),
  ];
  return parts.length === 0 ? free : `${kind} ${parts.join(" and ")}`;
}
