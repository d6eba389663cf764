import type { Random } from "../../base/random.js";

/** The integers below `bound` in random order, one at a time: a shuffle that costs only what is drawn. */
export function* drawWithoutReplacement(bound: number, random: Random): Generator<number> {
  const moved = new Map<number, number>();
  for (let i = 0; i < bound; i++) {
    const j = i + random.integer(bound - i);
    yield moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
  }
}
