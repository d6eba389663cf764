import { checkSameLength } from "../../base/checks.js";
import { goldKey } from "../../data/text-identity.js";

/** Names or texts of both sides, a list per side and one entry per row. */
export interface BothSides {
  readonly queries: readonly string[];
  readonly corpus: readonly string[];
}

/** How to tell that a passage of the corpus takes no rank, as it is the query itself or one that is labelled for it. */
export interface OwnPassageOptions {
  /** By equal ids, as BEIR does (Quora, ArguAna): a passage with the query's id is no hit. */
  readonly ids?: BothSides | undefined;
  /**
   * By equal texts, too, for a corpus whose ids are its own: equal up to Unicode NFC and blanks at the ends. Copies of a relevant
   * passage are then neither right nor wrong.
   */
  readonly texts?: BothSides | undefined;
}

/** Per query rows of the corpus that are not labelled for it; none is in both. */
export interface RowsLeftOut {
  /** The query itself. */
  readonly own: readonly (readonly number[])[];
  /** Copies of what is labelled for it. */
  readonly copies: readonly (readonly number[])[];
}

/**
 * The rows that take no rank.
 *
 * @param labelled Per query the rows labelled for it: never among the result.
 */
export function rowsLeftOut(
  { ids, texts }: OwnPassageOptions,
  labelled: readonly (readonly number[])[],
  corpusRows: number,
  caller: string,
): RowsLeftOut {
  const own = labelled.map((): number[] => []);
  const copies = labelled.map((): number[] => []);
  const rowsByKey = (sides: BothSides, name: string, keyOf: (text: string) => string) => {
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
    return (text: string): readonly number[] => rows.get(keyOf(text)) ?? [];
  };
  const add = (query: number, found: readonly number[], to: number[]): void => {
    for (const row of found) {
      const known = [labelled[query], own[query], copies[query]].some((rows) => rows.includes(row));
      if (!known) to.push(row);
    }
  };
  if (ids !== undefined) {
    const rowsOf = rowsByKey(ids, "ids", (id) => id);
    for (const [query, id] of ids.queries.entries()) add(query, rowsOf(id), own[query]);
  }
  if (texts !== undefined) {
    const rowsOf = rowsByKey(texts, "texts", goldKey);
    for (const [query, text] of texts.queries.entries()) {
      add(query, rowsOf(text), own[query]);
      for (const row of labelled[query]) add(query, rowsOf(texts.corpus[row]), copies[query]);
    }
  }
  return { own, copies };
}
