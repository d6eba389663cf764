import { join } from "node:path";
import { DataError } from "../data-error.js";
import { findBeirFiles } from "../pairs/beir-folder.js";
import { byteProgress } from "../sources/byte-progress.js";
import type { Source } from "../sources/open-source.js";
import { sizeLimits } from "../sources/size-limits.js";
import type { TextPair } from "../tuning-data.js";
import { checkOptions } from "./check-options.js";
import type { Corpus } from "./collect-corpus.js";
import type { PlacedPair } from "./collect-pairs.js";
import { findInputs, nameOf, type Input } from "./find-inputs.js";
import { judgedPairs } from "./judged-pairs.js";
import type { ReadJob } from "./layout/text-record.js";
import { createNotes } from "./notes.js";
import { readBeirInput } from "./read-beir-input.js";
import { readCorpusInput, readInputs } from "./read-inputs.js";
import type { ReadTuningFilesOptions, TuningFiles } from "./types.js";

const defaultMaxBytes = 2 ** 31;

/**
 * Reads the files that people have into what `tune` takes, all of it into memory: pairs, triplets and lists of negatives
 * (JSON lines, JSON, CSV, TSV, parquet), DPR's questions, BEIR's folders, passages alone (the same formats, a line of
 * text each, a folder of documents). How a file lies is guessed from its content, then its name; which field is what from
 * the usual names. Both are told, and can be said.
 *
 * @param paths A file, a folder, a pattern, `"-"` for standard input, a named stream of bytes, or several of these.
 *   Gzip, zstd and UTF-16 are known by their first bytes.
 * @throws DataError naming file and line, and what to do.
 * @throws RangeError for an option that is not as expected.
 */
export async function readTuningFiles(
  paths: Source | readonly Source[],
  options: ReadTuningFilesOptions = {},
): Promise<TuningFiles> {
  checkOptions(paths, options);
  const { columns = {}, format, split, escape, signal, onProgress } = options;
  const limits = sizeLimits(options, "readTuningFiles");
  const spend = budget(options.maxBytes);
  const notes = createNotes();
  const inputs = await findInputs(paths);
  const corpusInputs = options.corpus === undefined ? [] : await findInputs(options.corpus);
  const [first] = inputs;
  const beir = format === "beir" ? beirFolder(first) : first;
  if (beir.kind === "beir") {
    if (inputs.length + corpusInputs.length > 1) {
      throw new DataError(
        { source: beir.folder },
        "a BEIR folder must be read alone, received other files too; leave them out (the corpus is in it)",
      );
    }
    const job = { signal, onProgress, spend, limits };
    const read = await readBeirInput(beir.folder, split, job, notes);
    return { ...read, notes: notes.list() };
  }
  const sources: Source[] = [];
  for (const input of [...inputs, ...corpusInputs]) sources.push(...(await sourcesOf(input)));
  const onBytes = onProgress && (await byteProgress(sources, onProgress));
  const job: ReadJob = { signal, onBytes, spend, limits, escape };

  // With a corpus beside the pairs, these are its columns.
  const own =
    corpusInputs.length === 0
      ? columns
      : { ...columns, id: undefined, title: undefined, text: undefined };
  const main = await readInputs(inputs, { format, columns: own, job, notes });
  const corpus: Corpus = { texts: [], ids: new Set() };
  const formats = [...main.formats];
  for (const input of corpusInputs) {
    const said = await readCorpusInput(input, corpus, { columns, job, notes });
    formats.push(`corpus: ${said}`);
  }
  const done = (data: TuningFiles["data"]): TuningFiles => {
    return { data, format: [...new Set(formats)].join("; "), notes: notes.list() };
  };
  const name = inputs.map(nameOf).join(", ");

  if (main.pairs === undefined) {
    if (corpusInputs.length > 0) {
      throw new DataError(
        { source: name },
        "the file must hold pairs where a corpus is given beside it, received passages without queries; " +
          'say which column is the query by columns: { query: "…" } (--query-column), or leave the corpus out',
      );
    }
    if (main.corpus.texts.length === 0) {
      throw new DataError({ source: name }, "the file must hold a passage, received none");
    }
    return done({ corpus: main.corpus.texts });
  }
  const { pairs } = main;
  if (pairs.length === 0) {
    const why = notes.list().at(-1);
    throw new DataError(
      { source: name },
      `the file must hold a query with a passage, received none${why === undefined ? "" : ` (${why})`}`,
    );
  }
  if (corpusInputs.length > 0 && corpus.texts.length === 0) {
    const source = corpusInputs.map(nameOf).join(", ");
    throw new DataError({ source }, "the corpus must hold a passage, received none");
  }
  if (main.byId && corpus.ids.size === 0) {
    throw new DataError(
      { source: name },
      corpusInputs.length === 0
        ? `the passages are given by id (${main.passage}), so a corpus must be given too: corpus: "corpus.jsonl" (--corpus), with the fields id and text`
        : `the passages are given by id (${main.passage}), so the corpus must have ids, received none; say which column by columns: { id: "…" } (--id-column)`,
    );
  }
  if (main.byId || areIds(pairs, corpus.ids)) {
    if (!main.byId) notes.say("The passages of the pairs are ids of the corpus.");
    return done(judgedPairs(pairs, corpus.texts, corpus.ids, notes));
  }
  const plain: TextPair[] = pairs.map(({ pair }) => pair);
  return done(
    corpusInputs.length === 0 ? { pairs: plain } : { pairs: plain, corpus: corpus.texts },
  );
}

/** Whether passages that came as text are ids of the corpus after all. */
function areIds(pairs: readonly PlacedPair[], ids: ReadonlySet<string>): boolean {
  if (ids.size === 0) return false;
  const known = pairs.filter(({ pair }) => ids.has(pair.passage)).length;
  return known >= 0.9 * pairs.length;
}

function budget(maxBytes = defaultMaxBytes): ReadJob["spend"] {
  let left = maxBytes;
  return (bytes, source) => {
    left -= bytes;
    if (left >= 0) return;
    const most = maxBytes === defaultMaxBytes ? "2 GiB" : `${maxBytes} bytes`;
    throw new DataError(
      { source },
      `the files must hold at most ${most} of text (maxBytes), received more; read a part of them, or tune from an iterable`,
    );
  };
}

async function sourcesOf(input: Input): Promise<Source[]> {
  switch (input.kind) {
    case "file":
      return [input.source];
    case "texts":
      return input.names.map((name) => join(input.folder, name));
    case "beir":
      return findBeirFiles(input.folder, "corpus.jsonl");
  }
}

/** A folder that is said to be BEIR's, whatever it looks like. */
function beirFolder(input: Input): Input {
  if (input.kind === "beir") return input;
  throw new DataError(
    { source: nameOf(input) },
    "a BEIR folder must hold corpus.jsonl, queries.jsonl and qrels, received something else; name the folder itself",
  );
}
