/** A list as numbers into the list of its distinct values: `values[i]` is `distinct[indices[i]]`. */
export interface Interned<T> {
  /** In the order in which they first come. */
  readonly distinct: readonly T[];
  /** Per value, its number in `distinct`. */
  readonly indices: Uint32Array;
  /** Per distinct value, where it first stands: `distinct[j]` is `values[first[j]]`. */
  readonly first: Uint32Array;
}

/** Numbers equal values alike, in the order in which they first come, so that each is worked on once. */
export function intern<T>(values: ArrayLike<T>): Interned<T> {
  const numbers = new Map<T, number>();
  const indices = new Uint32Array(values.length);
  const first: number[] = [];
  for (let i = 0; i < values.length; i++) {
    let number = numbers.get(values[i]);
    if (number === undefined) {
      number = first.length;
      numbers.set(values[i], number);
      first.push(i);
    }
    indices[i] = number;
  }
  return { distinct: [...numbers.keys()], indices, first: Uint32Array.from(first) };
}
