// Not the package's main file, which brings all its generators along.
import alea from "seedrandom/lib/alea.js";
import { checkInteger } from "./checks.js";

/** A seeded source of random choices; the same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T extends { [index: number]: unknown; readonly length: number }>(items: T): T;
  /**
   * `count` distinct integers of [0, bound), in random order.
   *
   * @throws RangeError when `count` is no integer from 0 to `bound`.
   */
  sample(bound: number, count: number): number[];
}

/** Creates a {@link Random} from a seed (seedrandom's Alea generator). Derive independent sequences as `${seed}/name`. */
export function createRandom(seed: string | number): Random {
  const generator = alea(String(seed));
  const next = (): number => generator.quick();
  const integer = (bound: number): number => Math.floor(next() * bound);
  let spare: number | undefined;
  return {
    next,
    integer,
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      let u = next();
      while (u === 0) u = next();
      const radius = Math.sqrt(-2 * Math.log(u));
      const angle = 2 * Math.PI * next();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    shuffle(items) {
      const array = items as {
        [index: number]: unknown;
        readonly length: number;
      };
      for (let i = array.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [array[i], array[j]] = [array[j], array[i]];
      }
      return items;
    },
    sample(bound, count) {
      checkInteger(count, "Random.sample: count", { least: 0, most: bound });
      // Floyd's algorithm: O(count) whatever the bound; the set is then put in random order.
      const chosen = new Set<number>();
      for (let i = bound - count; i < bound; i++) {
        const candidate = integer(i + 1);
        chosen.add(chosen.has(candidate) ? i : candidate);
      }
      return this.shuffle([...chosen]);
    },
  };
}
