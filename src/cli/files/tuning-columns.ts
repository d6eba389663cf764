import type { TuningColumns, TuningFileFormat } from "../../data/tuning-files/types.js";

/** Flags that say how texts lie in a file, where it is not to be guessed. */
export interface TextFileFlags {
  readonly format?: TuningFileFormat | undefined;
  readonly split?: string | undefined;
  readonly queryColumn?: string | undefined;
  readonly passageColumn?: string | undefined;
  readonly labelColumn?: string | undefined;
  readonly gradeColumn?: string | undefined;
  readonly groupColumn?: string | undefined;
  readonly negativeColumn?: string | undefined;
  readonly idColumn?: string | undefined;
  readonly titleColumn?: string | undefined;
  readonly textColumn?: string | undefined;
}

/** What `readTuningFiles` takes of the flags. */
export function textFileOptions({ format, split, ...flags }: TextFileFlags): {
  readonly format: TuningFileFormat | undefined;
  readonly split: string | undefined;
  readonly columns: TuningColumns;
} {
  const columns = {
    query: flags.queryColumn,
    passage: flags.passageColumn,
    label: flags.labelColumn,
    grade: flags.gradeColumn,
    group: flags.groupColumn,
    negative: flags.negativeColumn,
    id: flags.idColumn,
    title: flags.titleColumn,
    text: flags.textColumn,
  };
  return { format, split, columns };
}
