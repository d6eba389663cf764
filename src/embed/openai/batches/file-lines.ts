import { classify } from "../failures.js";
import type { OpenAISettings } from "../settings.js";
import { callOptions, type RepeatedCalls } from "./repeated-calls.js";

type DownloadSettings = Pick<OpenAISettings, "client" | "timeoutMs">;

/**
 * The lines of a file of the Batch API. A download that breaks is begun anew; the lines that were handed on are passed
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
    let rest = "";
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop() as string;
      yield* parts; // however long the listener takes: the server is not to blame
      timer = watch();
    }
    yield rest + decoder.decode();
  } finally {
    clearTimeout(timer);
  }
}
