import { join } from "node:path";
import { DataError } from "../data-error.js";
import { decodeChunks } from "../sources/utf8.js";
import { refuseForeign } from "../sources/foreign.js";
import { dropByteOrderMark } from "../sources/lines.js";
import { openSource } from "../sources/open-source.js";
import { defaultSizeLimits, tooLong } from "../sources/size-limits.js";
import { utf16ToUtf8 } from "../sources/utf16.js";
import type { Corpus } from "./collect-corpus.js";
import type { Notes } from "./notes.js";
import type { ReadJob } from "./layout/text-record.js";

const longBytes = 8192;

/**
 * Adds documents to a corpus, a passage each; the id is the name. Empty ones are passed over.
 *
 * @throws DataError naming file and line of what is not UTF-8.
 */
export async function readDocuments(
  folder: string,
  names: readonly string[],
  { texts, ids }: Corpus,
  job: ReadJob,
  notes: Notes,
): Promise<void> {
  const { maxTextLength } = job.limits ?? defaultSizeLimits;
  let long = 0;
  for (const name of names) {
    const source = join(folder, name);
    let text = "";
    let bytes = 0;
    const chunks = utf16ToUtf8(openSource(source, job), source);
    const checked = (async function* () {
      for await (const chunk of chunks) {
        if (bytes === 0) refuseForeign(chunk, source);
        bytes += chunk.length;
        job.spend(chunk.length, source);
        yield chunk;
      }
    })();
    for await (const part of decodeChunks(dropByteOrderMark(checked, source), source)) {
      text += part;
      if (text.length <= maxTextLength) continue;
      const message = tooLong("a document", maxTextLength, "characters", "maxTextLength");
      throw new DataError({ source }, message);
    }
    if (text.trim() === "") {
      notes.passOver("without a text", { source });
      continue;
    }
    if (bytes > longBytes) long++;
    if (ids.has(name)) {
      throw new DataError(
        { source },
        `the name must be another in every folder, received ${name} again`,
      );
    }
    ids.add(name);
    texts.push({ id: name, text });
  }
  if (long > 0) {
    notes.say(
      `${long} of ${names.length} documents have more than 8 kB and stay one passage each: ` +
        "cut them as your search does, since a model reads only the beginning of a long text.",
    );
  }
}
