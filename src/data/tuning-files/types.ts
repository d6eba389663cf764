import type { LongJobOptions } from "../../base/progress.js";
import type { Escape } from "../pairs/cut-row.js";
import type { Source } from "../sources/open-source.js";
import type { ParquetLimits, SizeLimits } from "../sources/size-limits.js";
import type { CorpusText, RelevanceJudgement, QueryText, TextPair } from "../tuning-data.js";

export const tuningFileFormats = [
  "beir",
  "dpr",
  "jsonl",
  "json",
  "csv",
  "tsv",
  "parquet",
  "txt",
] as const;

/** How a file lies; `csv` may have commas, semicolons, tabs or bars, `txt` a passage per line. */
export type TuningFileFormat = (typeof tuningFileFormats)[number];

/** Which column (or field of JSON) is what, where the names do not tell. Case and blanks do not matter. */
export interface TuningColumns {
  readonly query?: string | undefined;
  /** The passage, or its id in the corpus. */
  readonly passage?: string | undefined;
  /** 1: the passage answers the query; 0: it does not. */
  readonly label?: string | undefined;
  /** How well it answers, 0 for not at all. */
  readonly grade?: string | undefined;
  /** What must not be divided between learning and judging, e.g. a page or a user. */
  readonly group?: string | undefined;
  /** A passage, or several, that does not answer the query. */
  readonly negative?: string | readonly string[] | undefined;
  /** Of a corpus. */
  readonly id?: string | undefined;
  /** Of a corpus; stands before the text. */
  readonly title?: string | undefined;
  /** Of a corpus: the passage. */
  readonly text?: string | undefined;
}

export interface ReadTuningFilesOptions extends LongJobOptions, SizeLimits, ParquetLimits {
  /** The passages to search beside those of the pairs, or those that the pairs name by id. */
  readonly corpus?: Source | readonly Source[] | undefined;
  /** @default guessed from the content, then from the name */
  readonly format?: TuningFileFormat | undefined;
  /** @default guessed from their names */
  readonly columns?: TuningColumns | undefined;
  /** Which judgements of a BEIR folder. @default "train", else the only ones, else "dev", else "test" */
  readonly split?: string | undefined;
  /** How a quote or a delimiter is written inside a cell of a table. @default found out, as `readPairs` does */
  readonly escape?: Escape | undefined;
  /** Bytes of all files together, unpacked, since all texts are held in memory. @default 2147483648, 2 GiB */
  readonly maxBytes?: number | undefined;
}

/** Texts in memory, of one of the shapes that `tune` takes. */
export type TuningFilesData =
  | { readonly pairs: readonly TextPair[]; readonly corpus?: readonly CorpusText[] | undefined }
  | {
      readonly queries: readonly QueryText[];
      readonly corpus: readonly CorpusText[];
      readonly qrels: readonly RelevanceJudgement[];
    }
  | { readonly corpus: readonly CorpusText[] };

export interface TuningFiles {
  readonly data: TuningFilesData;
  /** What the files were taken for, e.g. `"CSV with semicolons, columns Frage → query, Antwort → passage"`. */
  readonly format: string;
  /** What was guessed or passed over, a sentence each. */
  readonly notes: readonly string[];
}
