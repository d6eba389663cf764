import { classify } from "../failures.js";
import type { OpenAISettings } from "../settings.js";
import { AnswerTooLargeError } from "../server/guarded-fetch.js";
import { callOptions, type RepeatedCalls } from "./repeated-calls.js";

type DownloadSettings = Pick<OpenAISettings, "client" | "timeoutMs">;

/** What a line may have: a vector of 65,536 numbers with seventeen digits each, or a text of a request. */
export const mostLineCharacters = 16_000_000;
/** What is passed over of a line that has more; one that goes on even then has no end. */
const mostSkippedCharacters = 256_000_000;
/** What is kept of it: its name stands near its beginning. */
const keptCharacters = 4096;

/**
 * The lines of a file of the Batch API. A whole file may have any size; a line has a limit, and of one that is longer only the
 * beginning is handed on. A download that breaks is begun anew; the lines that were handed on are passed over. A file that was
 * deleted has no lines: that is no reason to give up the job.
 *
 * @throws EmbeddingRequestError for a line without an end.
 */
export async function* fileLines(
  file: string,
  settings: DownloadSettings,
  calls: RepeatedCalls,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  let delivered = 0;
  for (let failures = 1; ; failures++) {
    const before = delivered;
    let seen = 0;
    try {
      for await (const line of download(file, settings, signal)) {
        if (seen++ < delivered) continue;
        delivered++;
        if (line.trim() !== "") yield line;
      }
      return;
    } catch (error) {
      if (classify(error).status === 404) return;
      if (delivered > before) failures = 1; // it goes on, if slowly
      await calls.recover(error, failures, signal);
    }
  }
}

/** The lines of one download; it fails when no data come for as long as an answer may take. */
async function* download(
  file: string,
  { client, timeoutMs }: DownloadSettings,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  const stall = new AbortController();
  const either = signal === undefined ? stall.signal : AbortSignal.any([signal, stall.signal]);
  const response = await client.files.content(file, callOptions(either));
  const watch = (): ReturnType<typeof setTimeout> =>
    setTimeout(() => stall.abort(new Error(`no data for ${timeoutMs} ms`)), timeoutMs);
  let timer = watch();
  try {
    // Read as a stream: 50,000 vectors are more than half a gigabyte of text, the longest string there can be.
    const decoder = new TextDecoder();
    const line = createLine(file);
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      const pieces = decoder.decode(chunk, { stream: true }).split("\n");
      for (const piece of pieces.slice(0, -1)) {
        line.add(piece);
        yield line.take(); // however long the listener takes: the server is not to blame
      }
      line.add(pieces.at(-1)!);
      timer = watch();
    }
    line.add(decoder.decode());
    yield line.take();
  } finally {
    clearTimeout(timer);
  }
}

/** A line of a file as it arrives, in pieces. */
function createLine(file: string) {
  let pieces: string[] = [];
  let length = 0;
  return {
    add(piece: string): void {
      const fitted = length <= mostLineCharacters;
      length += piece.length;
      if (fitted) pieces.push(piece);
      if (fitted && length > mostLineCharacters) {
        pieces = [pieces.join("").slice(0, keptCharacters)];
      }
      if (length > mostSkippedCharacters) {
        throw new AnswerTooLargeError(
          `a line of ${file} must have at most ${mostLineCharacters} characters, received more`,
        );
      }
    },
    /** The line, which ends here. */
    take(): string {
      const text = pieces.join("");
      [pieces, length] = [[], 0];
      return text;
    },
  };
}
