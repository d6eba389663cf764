import { formatPlace, type Place } from "../data-error.js";

/** What a reader has to tell of what it guessed and passed over. */
export interface Notes {
  readonly say: (sentence: string) => void;
  /** Counts a record that was passed over; `why` goes on from "record", e.g. `"without a passage"`. */
  readonly passOver: (why: string, place: Place) => void;
  /** A sentence each: what was said, then what was counted. */
  readonly list: () => string[];
}

export function createNotes(): Notes {
  const sentences = new Set<string>();
  const counts = new Map<string, { count: number; readonly first: Place }>();
  return {
    say: (sentence) => void sentences.add(sentence),
    passOver: (why, place) => {
      const known = counts.get(why);
      if (known === undefined) counts.set(why, { count: 1, first: place });
      else known.count++;
    },
    list: () => [
      ...sentences,
      ...[...counts].map(([why, { count, first }]) =>
        count === 1
          ? `1 record ${why} was passed over: ${formatPlace(first)}.`
          : `${count} records ${why} were passed over, the first ${formatPlace(first)}.`,
      ),
    ],
  };
}
