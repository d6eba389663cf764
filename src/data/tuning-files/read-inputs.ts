import { DataError } from "../data-error.js";
import type { Source } from "../sources/open-source.js";
import { findBeirFiles } from "../pairs/beir-folder.js";
import {
  chooseCorpusFields,
  chooseFields,
  type CorpusMapping,
  type FieldsFound,
  type Mapping,
} from "./choose-fields.js";
import { collectCorpus, type Corpus } from "./collect-corpus.js";
import { collectPairs, type PlacedPair } from "./collect-pairs.js";
import { describeFormat } from "./describe-format.js";
import { isKnownName } from "./field-names.js";
import { nameOf, type Input } from "./find-inputs.js";
import { openRecords, type OpenedRecords } from "./layout/open-records.js";
import type { ReadJob, TextRecord } from "./layout/text-record.js";
import type { Notes } from "./notes.js";
import { readDocuments } from "./read-documents.js";
import type { TuningColumns, TuningFileFormat } from "./types.js";

/** Records whose fields are looked at before any is taken for something. */
const headRecords = 100;

/** What all inputs are read by. */
export interface Reading {
  readonly format?: TuningFileFormat | undefined;
  readonly columns: TuningColumns;
  readonly job: ReadJob;
  readonly notes: Notes;
}

/** What the inputs hold. */
export interface Read {
  /** None where the files hold passages alone. */
  readonly pairs: PlacedPair[] | undefined;
  /** Whether the pairs name their passages by id, and in which column. */
  readonly byId: boolean;
  readonly passage: string;
  readonly corpus: Corpus;
  readonly formats: readonly string[];
}

/** All files of the call, which must be of one kind. */
export async function readInputs(inputs: readonly Input[], reading: Reading): Promise<Read> {
  const { columns, notes } = reading;
  const formats: string[] = [];
  const corpus: Corpus = { texts: [], ids: new Set() };
  const pairs: PlacedPair[] = [];
  let known: { readonly kind: string; readonly name: string; readonly passage: string } | undefined;
  const agree = (kind: string, name: string, passage = ""): void => {
    known ??= { kind, name, passage };
    if (known.kind === kind) return;
    throw new DataError(
      { source: name },
      `files that are read together must hold the same, received ${kind} here and ${known.kind} in ${known.name}; ` +
        "read them apart, or give the passages as the corpus (corpus, --corpus)",
    );
  };
  for (const input of inputs) {
    if (input.kind !== "file") {
      agree("passages", nameOf(input));
      formats.push(await readCorpusInput(input, corpus, reading));
      continue;
    }
    await withRecords(input.source, reading, async (opened, names, batches) => {
      const choose = (all: readonly string[]): Mapping =>
        mappingOf(opened, all, columns, chooseFields);
      const mapping = choose(names);
      if (reading.format === "dpr" && mapping.shape !== "dpr") {
        throw new DataError(
          { source: opened.source },
          `the fields must be DPR's, question and positive_ctxs, received ${names.slice(0, 8).join(", ")}; leave the format out`,
        );
      }
      formats.push(describeFormat(opened, mapping, names, notes));
      if (mapping.shape === "corpus") {
        agree("passages", opened.source);
        await collectCorpus(refuseLateFields(batches, names, choose), mapping, corpus, notes);
        return;
      }
      if (mapping.shape === "dpr") agree("pairs", opened.source);
      else agree(mapping.byId ? "pairs by id" : "pairs", opened.source, mapping.passage);
      const records = refuseLateFields(batches, names, choose);
      for (const pair of await collectPairs(records, mapping, notes)) pairs.push(pair);
    });
  }
  return {
    pairs: known?.kind === "passages" ? undefined : pairs,
    byId: known?.kind === "pairs by id",
    passage: known?.passage ?? "",
    corpus,
    formats,
  };
}

/** Adds what a path holds to a corpus; gives back what it was taken for. */
export async function readCorpusInput(
  input: Input,
  corpus: Corpus,
  reading: Reading,
): Promise<string> {
  const { columns, job, notes } = reading;
  if (input.kind === "texts") {
    await readDocuments(input.folder, input.names, corpus, job, notes);
    return "documents, a passage each";
  }
  const sources =
    input.kind === "beir" ? await findBeirFiles(input.folder, "corpus.jsonl") : [input.source];
  let said = "";
  for (const source of sources) {
    said = await withRecords(
      source,
      { ...reading, format: undefined },
      async (opened, names, batches) => {
        const choose = (all: readonly string[]): CorpusMapping =>
          mappingOf(opened, all, columns, chooseCorpusFields);
        const mapping = choose(names);
        await collectCorpus(refuseLateFields(batches, names, choose), mapping, corpus, notes);
        return describeFormat(opened, mapping, names, notes);
      },
    );
  }
  return said;
}

function mappingOf<M extends Mapping>(
  { source, noun, lines }: OpenedRecords,
  names: readonly string[],
  columns: TuningColumns,
  choose: (found: FieldsFound, columns: TuningColumns) => M,
): M | CorpusMapping {
  if (lines) return { shape: "corpus", text: "text" };
  return choose({ source, noun, names }, columns);
}

/** Opens a file, looks at the names of its first records' fields, and closes it whatever happens. */
async function withRecords<T>(
  source: Source,
  { format, job }: Reading,
  use: (
    opened: OpenedRecords,
    names: readonly string[],
    batches: AsyncIterable<readonly TextRecord[]>,
  ) => Promise<T>,
): Promise<T> {
  const opened = await openRecords(source, format, job);
  const iterator = opened.batches[Symbol.asyncIterator]();
  try {
    const head: (readonly TextRecord[])[] = [];
    for (let count = 0; count < headRecords;) {
      const next = await iterator.next();
      if (next.done === true) break;
      head.push(next.value);
      count += next.value.length;
    }
    const names = new Set<string>();
    for (const { fields } of head.flat().slice(0, headRecords)) {
      for (const name of fields.keys()) names.add(name);
    }
    const batches = (async function* () {
      yield* head;
      yield* { [Symbol.asyncIterator]: () => iterator };
    })();
    return await use(opened, [...names], batches);
  } finally {
    await iterator.return?.();
  }
}

/**
 * Passes records on, and refuses one with a field that those looked at before did not have and that would have changed
 * which field is what: a label that comes late would be overlooked.
 */
async function* refuseLateFields(
  batches: AsyncIterable<readonly TextRecord[]>,
  names: readonly string[],
  choose: (names: readonly string[]) => Mapping,
): AsyncGenerator<readonly TextRecord[], void, undefined> {
  const seen = new Set(names);
  const meaning = (all: Iterable<string>): string => {
    try {
      return JSON.stringify(choose([...all]));
    } catch {
      return "";
    }
  };
  const known = meaning(seen);
  for await (const batch of batches) {
    for (const { fields, place } of batch) {
      for (const name of fields.keys()) {
        if (seen.has(name)) continue;
        seen.add(name);
        if (!isKnownName(name) || meaning(seen) === known) continue;
        throw new DataError(
          place,
          `the field ${name} must come within the first ${headRecords} records, received it first here; ` +
            "write it into the first one, as null where it has none",
        );
      }
    }
    yield batch;
  }
}
