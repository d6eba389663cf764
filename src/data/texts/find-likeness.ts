import { goldKey } from "../text-identity.js";
import type { TextItem } from "./collect-texts.js";

/** Finds the row of a corpus's passage by a text that is not quite its own. */
export function findLikeness(
  corpus: readonly TextItem[],
  rows: readonly number[],
): (text: string) => number | undefined {
  const first = (textOf: (item: TextItem) => string | undefined): ReadonlyMap<string, number> => {
    const found = new Map<string, number>();
    for (const [i, item] of corpus.entries()) {
      const text = textOf(item);
      const key = text === undefined ? "" : goldKey(text);
      if (key !== "" && !found.has(key)) found.set(key, rows[i]);
    }
    return found;
  };
  // Made when first asked for: most corpora hold what pairs name letter by letter.
  let ways: readonly ReadonlyMap<string, number>[] | undefined;
  return (text) => {
    ways ??= [first((item) => item.text), first((item) => item.untitled)];
    const key = goldKey(text);
    return ways[0].get(key) ?? ways[1].get(key);
  };
}
