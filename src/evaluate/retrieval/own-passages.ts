import { checkSameLength } from "../../base/checks.js";
import { goldKey } from "../../data/text-identity.js";

/** Names or texts of both sides, a list per side and one entry per row. */
export interface BothSides {
  readonly queries: readonly string[];
  readonly corpus: readonly string[];
}

/** How to tell that a passage of the corpus is the query itself. */
export interface OwnPassageOptions {
  /** By equal ids, as BEIR does (Quora, ArguAna): such a passage is no hit and takes no rank. */
  readonly ids?: BothSides | undefined;
  /** By equal texts, too, for a corpus whose ids are its own: equal up to Unicode NFC and blanks at the ends. */
  readonly texts?: BothSides | undefined;
}

/**
 * Per query the rows of the corpus that are the query itself, and are not labelled for it.
 *
 * @param labelled Per query the rows labelled for it: never among the result.
 */
export function ownPassages(
  { ids, texts }: OwnPassageOptions,
  labelled: readonly (readonly number[])[],
  corpusRows: number,
  caller: string,
): number[][] {
  const own = labelled.map((): number[] => []);
  const add = (sides: BothSides, name: string, keyOf: (text: string) => string): void => {
    checkSameLength(sides.queries, `${caller}: ${name}.queries`, labelled, "relevant");
    checkSameLength(
      sides.corpus,
      `${caller}: ${name}.corpus`,
      { length: corpusRows },
      "the rows of corpus",
    );
    const rows = new Map<string, number[]>();
    for (const [row, text] of sides.corpus.entries()) {
      const key = keyOf(text);
      const known = rows.get(key);
      if (known === undefined) rows.set(key, [row]);
      else known.push(row);
    }
    for (const [query, text] of sides.queries.entries()) {
      for (const row of rows.get(keyOf(text)) ?? []) {
        if (!labelled[query].includes(row) && !own[query].includes(row)) own[query].push(row);
      }
    }
  };
  if (ids !== undefined) add(ids, "ids", (id) => id);
  if (texts !== undefined) add(texts, "texts", goldKey);
  return own;
}
