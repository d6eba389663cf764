import { readdir } from "node:fs/promises";
import { join, parse } from "node:path";
import type { LongJobOptions } from "../../base/progress.js";
import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import { byteProgress } from "../sources/byte-progress.js";
import { frameLines, type Position } from "../sources/lines.js";
import { openRecordSource } from "../sources/foreign.js";
import type { OpenSourceOptions } from "../sources/open-source.js";
import { defaultSizeLimits, type CheckedSizeLimits } from "../sources/size-limits.js";
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

/** The files of a BEIR folder; large ones come in several. */
export interface BeirFiles {
  readonly corpus: readonly string[];
  readonly queries: readonly string[];
  readonly qrels: readonly string[];
}

export interface ReadBeirJob extends LongJobOptions {
  /** Told the size of texts as they come; throws where it is too much. */
  readonly spend?: ((bytes: number, source: string) => void) | undefined;
  readonly limits?: CheckedSizeLimits | undefined;
}

/** A BEIR folder's contents; a judgement of what does not exist stands in `unknown`. */
export interface BeirContents {
  readonly queries: readonly QueryText[];
  readonly corpus: readonly BeirPassage[];
  readonly qrels: readonly RelevanceJudgement[];
  readonly unknown: readonly DataError[];
}

/**
 * The file of this name in a folder, or the compressed one; else its parts by their numbers, such as `corpus-00.jsonl` and
 * `corpus_2.jsonl.gz`.
 *
 * @throws DataError naming what is missing and what is there.
 */
export async function findBeirFiles(folder: string, name: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new DataError({ source: folder }, "there is no such folder", { cause: error });
  });
  const whole = [name, `${name}.gz`, `${name}.zst`].find((file) => names.includes(file));
  if (whole !== undefined) return [join(folder, whole)];
  const { name: stem, ext } = parse(name);
  const parts = names
    .filter(
      (file) => file.startsWith(stem) && /^[-_.]?\d+(?:-of-\d+)?\./.test(file.slice(stem.length)),
    )
    .filter((file) => [ext, `${ext}.gz`, `${ext}.zst`].some((ending) => file.endsWith(ending)))
    .sort((a, b) => partNumber(a, stem) - partNumber(b, stem) || (a < b ? -1 : 1));
  if (parts.length > 0) return parts.map((file) => join(folder, file));
  const others = names.filter((file) => /\.(jsonl|tsv)/.test(file)).sort();
  const hint = others.length === 0 ? "" : `; the folder has ${others.join(", ")}`;
  throw new DataError({ source: join(folder, name) }, `there is no such file${hint}`);
}

function partNumber(file: string, stem: string): number {
  return Number(/\d+/.exec(file.slice(stem.length))?.[0]);
}

/**
 * Reads the files. Ids may be whole numbers and are texts from then on; the key of an id may be `id`; a title or a
 * text may be null.
 *
 * @throws DataError naming file and line.
 */
export async function readBeirFiles(
  { corpus: corpusFiles, queries: queriesFiles, qrels: qrelsFiles }: BeirFiles,
  { signal, onProgress, spend, limits = defaultSizeLimits }: ReadBeirJob,
): Promise<BeirContents> {
  const onBytes =
    onProgress &&
    (await byteProgress([...corpusFiles, ...queriesFiles, ...qrelsFiles], onProgress));
  const corpus = await readTexts(corpusFiles, { signal, onBytes }, limits, spend);
  const queries = await readTexts(queriesFiles, { signal, onBytes }, limits, spend);
  const qrels: RelevanceJudgement[] = [];
  const unknown: DataError[] = [];
  for (const file of qrelsFiles) {
    for await (const { judgement, place, quoted } of readQrels(file, { signal, onBytes }, limits)) {
      const queryId = knownId(queries, judgement.queryId, quoted.queryId);
      const passageId = knownId(corpus, judgement.passageId, quoted.passageId);
      if (!queries.has(queryId)) {
        const message = `query-id must be that of a query, received ${show(queryId)}`;
        unknown.push(new DataError(place, message));
      } else if (!corpus.has(passageId)) {
        const message = `corpus-id must be that of a passage, received ${show(passageId)}`;
        unknown.push(new DataError(place, message));
      } else {
        qrels.push({ ...judgement, queryId, passageId });
      }
    }
  }
  return {
    queries: [...queries.values()].map(({ id, text }) => ({ id, text })),
    corpus: [...corpus.values()],
    qrels,
    unknown,
  };
}

/** The id as BEIR's own reader takes it, or with its quotes where a text has that id and none has the other. */
function knownId(
  texts: ReadonlyMap<string, BeirPassage>,
  id: string,
  quoted: string | undefined,
): string {
  return quoted !== undefined && !texts.has(id) && texts.has(quoted) ? quoted : id;
}

async function readTexts(
  paths: readonly string[],
  options: OpenSourceOptions,
  limits: CheckedSizeLimits,
  spend: ReadBeirJob["spend"],
): Promise<Map<string, BeirPassage>> {
  const texts = new Map<string, BeirPassage>();
  for (const path of paths) {
    const position: Position = { source: path, line: 0 };
    const place = (): Place => ({ source: path, line: position.line + 1 });
    const chunks = openRecordSource(path, { ...options, place });
    const before = texts.size;
    for await (const lines of frameLines(chunks, position, limits)) {
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
    if (texts.size === before) {
      throw new DataError({ source: path }, "the file is empty: it has no records");
    }
  }
  return texts;
}

function parseText(bytes: Uint8Array, place: Place): BeirPassage {
  const fields = jsonFields(bytes, place);
  const given = fields.get("_id") ?? fields.get("id");
  const isNumber = typeof given === "bigint" || Number.isSafeInteger(given);
  const id = isNumber ? String(given) : given;
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
