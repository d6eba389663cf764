import { classify } from "../failures.js";
import type { OpenAISettings } from "../settings.js";
import { AnswerTooLargeError } from "../server/guarded-fetch.js";
import { callOptions, type RepeatedCalls } from "./repeated-calls.js";

type DownloadSettings = Pick<OpenAISettings, "client" | "timeoutMs">;

/** What a line may have: a vector of 65,536 numbers with seventeen digits each, or a text of a request. */
const mostLineCharacters = 16_000_000;

/**
 * The lines of a file of the Batch API. A whole file may have any size; a line has a limit. A download that breaks is begun anew; the lines that were handed on are passed
 * over. A file that was deleted has no lines: that is no reason to give up the job.
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
    let rest: string[] = [];
    let length = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      const [first, ...others] = decoder.decode(chunk, { stream: true }).split("\n");
      rest.push(first);
      length += first.length;
      const next = others.pop();
      if (length > mostLineCharacters) {
        throw new AnswerTooLargeError(
          `a line of ${file} must have at most ${mostLineCharacters} characters, received more`,
        );
      }
      if (next === undefined) {
        timer = watch();
        continue;
      }
      const parts = [rest.join(""), ...others];
      [rest, length] = [[next], next.length];
      yield* parts; // however long the listener takes: the server is not to blame
      timer = watch();
    }
    yield rest.join("") + decoder.decode();
  } finally {
    clearTimeout(timer);
  }
}
