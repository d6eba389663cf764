import { refuse } from "../../base/checks.js";
import type { Source } from "../../data/sources/open-source.js";
import { readTuningFiles } from "../../data/tuning-files/read-tuning-files.js";
import type { ReadTuningFilesOptions } from "../../data/tuning-files/types.js";
import { createLmdbStore } from "../../embed/stores/lmdb-store.js";
import type { KeyValueStore } from "../../embed/stores/key-value-store.js";
import type { TunedDecision } from "../texts/tuned.js";
import { checkOptions, tune, type TuneOptions } from "../tune.js";

export interface TuneFilesOptions
  extends Omit<TuneOptions, "cache">, Omit<ReadTuningFilesOptions, "signal" | "onProgress"> {
  /** A folder to keep vectors in, a store, or `null` to keep none. @default ".embedtune/cache" */
  readonly cache?: string | KeyValueStore | null | undefined;
}

/** A decision on files, and what they were taken for. */
export interface TunedFiles extends TunedDecision {
  readonly source: {
    /** In words, e.g. `"CSV with semicolons, columns Frage → query, Antwort → passage"`. */
    readonly format: string;
    /** What was guessed or passed over, a sentence each. */
    readonly notes: readonly string[];
  };
}

/**
 * From files to a decision: `readTuningFiles`, then `tune`, with vectors kept in a folder so that a run which was stopped
 * goes on where it ended.
 *
 * @param paths As `readTuningFiles` takes them: files of pairs or triplets in any of the usual formats, a BEIR folder, a
 *   corpus alone.
 * @throws What the two throw: DataError naming file and line, RangeError naming the option.
 */
export async function tuneFiles(
  paths: Source | readonly Source[],
  options: TuneFilesOptions,
): Promise<TunedFiles> {
  checkOptions(options, "tuneFiles");
  checkCache(options.cache);
  const { cache = defaultCache, corpus, format, columns, split, ...rest } = options;
  const { signal, onProgress } = rest;
  const read = await readTuningFiles(paths, {
    ...{ corpus, format, columns, split, signal, onProgress },
  });
  const own = typeof cache === "string" && rest.embedder !== undefined;
  const store = own ? createLmdbStore({ path: cache }) : isStore(cache) ? cache : undefined;
  try {
    const decision = await tune(read.data, { ...rest, cache: store });
    return { ...decision, source: { format: read.format, notes: read.notes } };
  } finally {
    if (own) await store?.close?.();
  }
}

function checkCache(cache: unknown): void {
  if (cache === undefined || cache === null || (typeof cache === "string" && cache !== "")) return;
  if (typeof cache === "object" && "readMany" in cache) return;
  refuse("tuneFiles: cache", "a folder, a store or null", cache);
}

const isStore = (cache: TuneFilesOptions["cache"]): cache is KeyValueStore =>
  typeof cache === "object" && cache !== null;

const defaultCache = ".embedtune/cache";
