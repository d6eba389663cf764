import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { LongJobOptions } from "../../base/progress.js";
import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import { frameDelimited } from "./delimited-rows.js";
import { frameLines } from "../sources/lines.js";
import { jsonFields } from "./pair-record.js";
import { readRecords } from "../sources/read-records.js";
import type { Pair } from "../types.js";

/** A passage or query of a BEIR folder. */
export interface BeirText {
  readonly id: string;
  /** Empty for queries and for passages without one. */
  readonly title: string;
  readonly text: string;
}

/** One line of a qrels file. */
export interface BeirJudgement {
  readonly queryId: string;
  readonly passageId: string;
  /** 0 means judged and not relevant. */
  readonly score: number;
}

export interface BeirData {
  readonly queries: ReadonlyMap<string, BeirText>;
  readonly passages: ReadonlyMap<string, BeirText>;
  readonly judgements: readonly BeirJudgement[];
  /**
   * The judgements as pairs: label 1 where the score is above 0; the passage is its title and its text, as BEIR's own
   * models read it; the group is the passage's title, or its id where it has none.
   */
  readonly pairs: readonly Pair[];
}

export interface ReadBeirOptions extends LongJobOptions {
  /** Which file of `qrels/`. @default "test" */
  readonly split?: string | undefined;
}

/**
 * Reads a BEIR folder: `corpus.jsonl`, `queries.jsonl` and `qrels/<split>.tsv`, each also with `.gz`. The corpus is held
 * in memory.
 *
 * @throws DataError naming file and line, also for a judgement of a query or passage that does not exist.
 */
export async function readBeir(
  folder: string,
  { split = "test", signal, onProgress }: ReadBeirOptions = {},
): Promise<BeirData> {
  const job = { signal, onProgress };
  const passages = await readTexts(await pick(folder, "corpus.jsonl"), job);
  const queries = await readTexts(await pick(folder, "queries.jsonl"), job);
  const qrels = await pick(join(folder, "qrels"), `${split}.tsv`);
  const judgements: BeirJudgement[] = [];
  const pairs: Pair[] = [];
  for await (const { judgement, place } of readJudgements(qrels, job)) {
    const { queryId, passageId, score } = judgement;
    const query = queries.get(queryId);
    if (query === undefined)
      throw new DataError(place, `query-id must be that of a query, received ${show(queryId)}`);
    const passage = passages.get(passageId);
    if (passage === undefined)
      throw new DataError(
        place,
        `corpus-id must be that of a passage, received ${show(passageId)}`,
      );
    judgements.push(judgement);
    pairs.push({
      query: query.text,
      passage: `${passage.title} ${passage.text}`.trim(),
      label: score > 0 ? 1 : 0,
      group: passage.title === "" ? passage.id : passage.title,
      kind: score > 0 ? "gold" : "given",
    });
  }
  return { queries, passages, judgements, pairs };
}

/** The file of this name in a folder, or the compressed one. */
async function pick(folder: string, name: string): Promise<string> {
  const names = await readdir(folder).catch(() => {
    throw new DataError({ source: folder }, "there is no such folder");
  });
  const found = [name, `${name}.gz`, `${name}.zst`].find((file) => names.includes(file));
  if (found !== undefined) return join(folder, found);
  const others = names.filter((file) => /\.(jsonl|tsv)/.test(file)).sort();
  const hint = others.length === 0 ? "" : `; the folder has ${others.join(", ")}`;
  throw new DataError({ source: join(folder, name) }, `there is no such file${hint}`);
}

async function readTexts(path: string, job: LongJobOptions): Promise<Map<string, BeirText>> {
  const texts = new Map<string, BeirText>();
  const parse = (bytes: Uint8Array, place: Place): void => {
    const fields = jsonFields(bytes, place);
    const [id, title = "", text] = ["_id", "title", "text"].map((name) => fields.get(name));
    if (typeof id !== "string" || typeof title !== "string" || typeof text !== "string") {
      const received = show(Object.fromEntries(fields));
      throw new DataError(
        place,
        `the record must have the texts _id, text and maybe title, received ${received}`,
      );
    }
    if (texts.has(id))
      throw new DataError(place, `_id must be another in every record, received ${show(id)} again`);
    texts.set(id, { id, title, text });
  };
  const stream = readRecords(
    () => Promise.resolve([path]),
    { frame: frameLines, parse },
    job,
    "readBeir",
  );
  for await (const _ of stream);
  return texts;
}

function readJudgements(
  path: string,
  job: LongJobOptions,
): AsyncIterable<{ judgement: BeirJudgement; place: Place }> {
  const parse = (
    row: ReadonlyMap<string, string>,
    place: Place,
  ): { judgement: BeirJudgement; place: Place } => {
    const [queryId, passageId, text] = ["query-id", "corpus-id", "score"].map((name) =>
      row.get(name),
    );
    const score = Number(text);
    if (queryId === undefined || passageId === undefined || text === undefined) {
      const names = [...row.keys()].join(", ");
      throw new DataError(
        place,
        `the columns must be query-id, corpus-id and score, received ${names}`,
      );
    }
    if (text.trim() === "" || !Number.isFinite(score)) {
      throw new DataError(place, `score must be a number, received ${show(text)}`);
    }
    return { judgement: { queryId, passageId, score }, place };
  };
  return readRecords(
    () => Promise.resolve([path]),
    { frame: (chunks, position) => frameDelimited(chunks, position, "\t"), parse },
    job,
    "readBeir",
  );
}
