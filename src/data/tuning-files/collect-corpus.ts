import { show } from "../../base/show.js";
import { DataError } from "../data-error.js";
import type { CorpusText } from "../tuning-data.js";
import type { CorpusMapping } from "./choose-fields.js";
import type { Notes } from "./notes.js";
import type { TextRecord } from "./layout/text-record.js";
import { idOf, textOf } from "./record-texts.js";

/** Passages as a file gives them: texts alone where it has neither ids nor titles. */
export interface Corpus {
  readonly texts: CorpusText[];
  readonly ids: Set<string>;
}

/**
 * Adds the passages of records to a corpus. Records without a text are passed over and counted.
 *
 * @throws DataError naming the place of an id that comes twice, or that some records lack.
 */
export async function collectCorpus(
  batches: AsyncIterable<readonly TextRecord[]>,
  mapping: CorpusMapping,
  corpus: Corpus,
  notes: Notes,
): Promise<void> {
  const { texts, ids } = corpus;
  for await (const batch of batches) {
    for (const { fields, place } of batch) {
      const body = textOf(fields.get(mapping.text), mapping.text, place);
      const heading =
        mapping.title === undefined ? "" : textOf(fields.get(mapping.title), mapping.title, place);
      // A passage of a title alone is its title.
      const [title, text] = body === "" ? ["", heading] : [heading, body];
      if (text === "") {
        notes.passOver("without a text", place);
        continue;
      }
      const titled = title === "" ? {} : { title };
      if (mapping.id === undefined) {
        texts.push(title === "" ? text : { ...titled, text });
        continue;
      }
      const id = idOf(fields.get(mapping.id), mapping.id, place);
      if (id === "" || ids.has(id)) {
        throw new DataError(
          place,
          id === ""
            ? `${mapping.id} must be given in every record, received nothing; fill it in, or name another column by columns: { id: "…" } (--id-column)`
            : `${mapping.id} must be another in every record, received ${show(id)} again; rename or remove one`,
        );
      }
      ids.add(id);
      texts.push({ id, ...titled, text });
    }
  }
}
