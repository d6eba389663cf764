import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { LongJobOptions } from "../../base/progress.js";
import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import { byteProgress } from "../sources/byte-progress.js";
import { frameLines, type Position } from "../sources/lines.js";
import { openSource, type OpenSourceOptions } from "../sources/open-source.js";
import type { RelevanceJudgement, QueryText } from "../tuning-data.js";
import { jsonFields } from "./pair-record.js";
import { readQrels } from "./qrels.js";

/** A passage of a BEIR folder. */
export interface BeirPassage {
  readonly id: string;
  /** Left out where it is empty. */
  readonly title?: string;
  readonly text: string;
}

/** The files of a BEIR folder. */
export interface BeirFiles {
  readonly corpus: string;
  readonly queries: string;
  readonly qrels: string;
}

export interface ReadBeirJob extends LongJobOptions {
  /** Told the size of texts as they come; throws where it is too much. */
  readonly spend?: ((bytes: number, source: string) => void) | undefined;
}

/** A BEIR folder's contents; a judgement of what does not exist stands in `unknown`. */
export interface BeirContents {
  readonly queries: readonly QueryText[];
  readonly corpus: readonly BeirPassage[];
  readonly qrels: readonly RelevanceJudgement[];
  readonly unknown: readonly DataError[];
}

/** The file of this name in a folder, or the compressed one; `undefined` where neither is there. */
function pickFile(names: readonly string[], name: string): string | undefined {
  return [name, `${name}.gz`, `${name}.zst`].find((file) => names.includes(file));
}

/** @throws DataError naming what is missing and what is there. */
export async function findBeirFile(folder: string, name: string): Promise<string> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new DataError({ source: folder }, "there is no such folder", { cause: error });
  });
  const found = pickFile(names, name);
  if (found !== undefined) return join(folder, found);
  const others = names.filter((file) => /\.(jsonl|tsv)/.test(file)).sort();
  const hint = others.length === 0 ? "" : `; the folder has ${others.join(", ")}`;
  throw new DataError({ source: join(folder, name) }, `there is no such file${hint}`);
}

/**
 * Reads the three files. Ids may be whole numbers and are texts from then on; the key of an id may be `id`; a title or a
 * text may be null.
 *
 * @throws DataError naming file and line.
 */
export async function readBeirFiles(
  { corpus: corpusFile, queries: queriesFile, qrels: qrelsFile }: BeirFiles,
  { signal, onProgress, spend }: ReadBeirJob,
): Promise<BeirContents> {
  const onBytes =
    onProgress && (await byteProgress([corpusFile, queriesFile, qrelsFile], onProgress));
  const corpus = await readTexts(corpusFile, { signal, onBytes }, spend);
  const queries = await readTexts(queriesFile, { signal, onBytes }, spend);
  const qrels: RelevanceJudgement[] = [];
  const unknown: DataError[] = [];
  for await (const { judgement, place } of readQrels(qrelsFile, { signal, onBytes })) {
    const { queryId, passageId } = judgement;
    if (!queries.has(queryId)) {
      const message = `query-id must be that of a query, received ${show(queryId)}`;
      unknown.push(new DataError(place, message));
    } else if (!corpus.has(passageId)) {
      const message = `corpus-id must be that of a passage, received ${show(passageId)}`;
      unknown.push(new DataError(place, message));
    } else {
      qrels.push(judgement);
    }
  }
  return {
    queries: [...queries.values()].map(({ id, text }) => ({ id, text })),
    corpus: [...corpus.values()],
    qrels,
    unknown,
  };
}

async function readTexts(
  path: string,
  options: OpenSourceOptions,
  spend: ReadBeirJob["spend"],
): Promise<Map<string, BeirPassage>> {
  const texts = new Map<string, BeirPassage>();
  const position: Position = { source: path, line: 0 };
  const place = (): Place => ({ source: path, line: position.line + 1 });
  for await (const lines of frameLines(openSource(path, { ...options, place }), position)) {
    for (const { value, line } of lines) {
      spend?.(value.length, path);
      const passage = parseText(value, { source: path, line });
      if (texts.has(passage.id)) {
        throw new DataError(
          { source: path, line },
          `_id must be another in every record, received ${show(passage.id)} again`,
        );
      }
      texts.set(passage.id, passage);
    }
  }
  if (texts.size === 0) {
    throw new DataError({ source: path }, "the file is empty: it has no records");
  }
  return texts;
}

function parseText(bytes: Uint8Array, place: Place): BeirPassage {
  const fields = jsonFields(bytes, place);
  const given = fields.get("_id") ?? fields.get("id");
  const id = Number.isSafeInteger(given) ? String(given) : given;
  const title = fields.get("title") ?? "";
  const body = fields.get("text");
  const text = body === null ? "" : body;
  if (typeof id !== "string" || typeof title !== "string" || typeof text !== "string") {
    const received = show(Object.fromEntries(fields));
    throw new DataError(
      place,
      `the record must have the texts _id, text and maybe title, received ${received}`,
    );
  }
  return title === "" ? { id, text } : { id, title, text };
}
