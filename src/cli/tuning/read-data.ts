import { readTuningFiles } from "../../data/tuning-files/read-tuning-files.js";
import type { TuningFiles } from "../../data/tuning-files/types.js";
import { textFileOptions, type TextFileFlags } from "../files/tuning-columns.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";

export interface DataFlags extends TextFileFlags {
  readonly corpus?: string | undefined;
}

/** Reads questions and passages, and says what the files were taken for. */
export async function readData(
  files: readonly string[],
  flags: DataFlags,
  io: CommandIo,
): Promise<TuningFiles> {
  const read = await readTuningFiles(files, {
    ...{ corpus: flags.corpus, ...textFileOptions(flags) },
    ...{ signal: io.signal, onProgress: showProgress(io) },
  });
  io.say(`${files.join(", ")} is read as ${read.format}`);
  for (const note of read.notes) io.say(note);
  return read;
}
