import { stat } from "node:fs/promises";
import type { LongJobOptions, Progress } from "../math/progress.js";
import { DataError, type Place } from "./data-error.js";
import { splitLines } from "./lines.js";
import { openFile } from "./open-file.js";

/** A line of a file as bytes, with where it stands. */
export interface PlacedLine {
  readonly bytes: Uint8Array;
  readonly place: Place;
}

/**
 * The lines of files, one after the other; blank lines are passed over.
 *
 * @throws DataError naming file and line of what cannot be read, or the file when it has nothing in it.
 */
export async function* readLines(
  files: readonly string[],
  { signal, onProgress }: LongJobOptions = {},
): AsyncGenerator<PlacedLine, void, undefined> {
  const onBytes = onProgress && (await byteProgress(files, onProgress));
  for (const source of files) {
    let line = 0;
    let blank = true;
    const place = (): Place => ({ source, line: line + 1 });
    for await (const bytes of splitLines(openFile(source, { signal, onBytes, place }), source)) {
      line++;
      signal?.throwIfAborted();
      if (isBlank(bytes)) continue;
      blank = false;
      yield { bytes, place: { source, line } };
    }
    if (blank) throw new DataError({ source }, "the file is empty");
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((c) => c === 0x20 || c === 0x09 || c === 0x0d);
}

const reportEvery = 100; // ms

/** Progress in bytes of the files as they lie on disk, so that the total is known for gzip as well. */
async function byteProgress(
  files: readonly string[],
  onProgress: (progress: Progress) => void,
): Promise<(count: number) => void> {
  let total = 0;
  for (const file of files) {
    // A missing file is reported when its turn comes, by the code that opens it.
    total += await stat(file).then(
      ({ size }) => size,
      () => 0,
    );
  }
  let done = 0;
  let reported = 0;
  return (count) => {
    done += count;
    const now = performance.now();
    if (now - reported < reportEvery && done < total) return;
    reported = now;
    onProgress({ stage: "read", done, total });
  };
}
