import { join } from "node:path";
import type { LongJobOptions } from "../../base/progress.js";
import { sizeLimits, type SizeLimits } from "../sources/size-limits.js";
import type { RelevanceJudgement, QueryText } from "../tuning-data.js";
import type { Pair } from "../types.js";
import { findBeirFiles, readBeirFiles, type BeirPassage } from "./beir-folder.js";

/** Labelled questions against a corpus; goes into `tune` as it is. */
export interface BeirData {
  readonly queries: readonly QueryText[];
  readonly corpus: readonly BeirPassage[];
  readonly qrels: readonly RelevanceJudgement[];
}

export interface ReadBeirOptions extends LongJobOptions, Pick<SizeLimits, "maxLineBytes"> {
  /** Which file of `qrels/`, or several. @default "test" */
  readonly split?: string | readonly string[] | undefined;
}

/**
 * Reads a BEIR folder: `corpus.jsonl`, `queries.jsonl` and `qrels/<split>.tsv`, each also with `.gz` or `.zst`, the texts
 * also in parts such as `corpus-00.jsonl`. All of it is held in memory.
 *
 * @throws DataError naming file and line, also for a judgement of a query or passage that does not exist.
 */
export async function readBeir(
  folder: string,
  { split = "test", signal, onProgress, maxLineBytes }: ReadBeirOptions = {},
): Promise<BeirData> {
  const limits = sizeLimits({ maxLineBytes }, "readBeir");
  const files = {
    corpus: await findBeirFiles(folder, "corpus.jsonl"),
    queries: await findBeirFiles(folder, "queries.jsonl"),
    qrels: await findQrels(folder, split),
  };
  const { queries, corpus, qrels, unknown } = await readBeirFiles(files, {
    signal,
    onProgress,
    limits,
  });
  if (unknown.length > 0) throw unknown[0];
  return { queries, corpus, qrels };
}

async function findQrels(folder: string, splits: string | readonly string[]): Promise<string[]> {
  const names = [splits].flat() as readonly string[];
  const files: string[] = [];
  for (const name of names)
    files.push(...(await findBeirFiles(join(folder, "qrels"), `${name}.tsv`)));
  return files;
}

/**
 * Judgements as pairs: label 1 where the score is above 0; the passage is its title and its text, as BEIR's own models
 * read it; the group is the passage's title, or its id where it has none.
 */
export function beirPairs({ queries, corpus, qrels }: BeirData): Pair[] {
  const queryTexts = new Map(queries.map(({ id, text }) => [id, text]));
  const passages = new Map(corpus.map((passage) => [passage.id, passage]));
  return qrels.flatMap(({ queryId, passageId, score }) => {
    const query = queryTexts.get(queryId);
    const passage = passages.get(passageId);
    if (query === undefined || passage === undefined) return [];
    const { id, title, text } = passage;
    return {
      query,
      passage: title === undefined ? text : `${title} ${text}`.trim(),
      label: score > 0 ? 1 : 0,
      group: title ?? id,
      kind: score > 0 ? "gold" : "given",
    };
  });
}
