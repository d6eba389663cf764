import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../data-error.js";
import {
  findBeirFiles,
  readBeirFiles,
  type BeirPassage,
  type ReadBeirJob,
} from "../pairs/beir-folder.js";
import type { RelevanceJudgement } from "../tuning-data.js";
import { isWrongFile } from "./judged-pairs.js";
import type { Notes } from "./notes.js";
import type { TuningFiles } from "./types.js";

const qrelsEnding = /\.(?:tsv|txt|qrels|qrel|trec)(?:\.gz|\.zst)?$/i;
const preferred = ["train", "dev", "validation", "val", "test"];

/**
 * Reads a BEIR folder into labelled questions and passages that have a text.
 *
 * @throws DataError naming file and line, or what the folder lacks.
 */
export async function readBeirInput(
  folder: string,
  split: string | undefined,
  job: ReadBeirJob,
  notes: Notes,
): Promise<Omit<TuningFiles, "notes">> {
  const chosen = await chooseSplit(folder, split, notes);
  const files = {
    corpus: await findBeirFiles(folder, "corpus.jsonl"),
    queries: await findBeirFiles(folder, "queries.jsonl"),
    qrels: [join(folder, chosen)],
  };
  const contents = await readBeirFiles(files, job);
  const { unknown } = contents;
  const all = contents.qrels.length + unknown.length;
  if (unknown.length > 0 && isWrongFile(unknown.length, all)) {
    const { place, message } = unknown[0];
    const remedy = `${unknown.length} of ${all} judgements name what is not there, so put files of one set together`;
    throw new DataError(place, `${message.slice(message.indexOf(": ") + 2)}; ${remedy}`);
  }
  if (unknown.length > 0) {
    notes.say(
      `${unknown.length} of ${all} judgements name a query or a passage that is not there and were passed over, ` +
        `the first: ${unknown[0].message}.`,
    );
  }
  const corpus = contents.corpus.flatMap(withText);
  sayPassedOver(contents.corpus.length - corpus.length, "passage", "without a text", notes);
  const passages = new Set(corpus.map(({ id }) => id));
  const asked = new Set(
    contents.queries.filter(({ text }) => text.trim() !== "").map(({ id }) => id),
  );
  const kept = contents.qrels.filter(
    ({ queryId, passageId }) => passages.has(passageId) && asked.has(queryId),
  );
  sayPassedOver(contents.qrels.length - kept.length, "judgement", "of an empty text", notes);
  const qrels = withoutContradicted(kept, notes);
  if (qrels.length === 0) {
    throw new DataError(
      { source: files.qrels[0] },
      "the file must hold a judgement, received none",
    );
  }
  const judged = new Set(qrels.map(({ queryId }) => queryId));
  // All of them: vectors made beforehand have a row for each, and what nobody judged is not embedded.
  const { queries } = contents;
  const idle = queries.filter(({ id }) => !judged.has(id)).length;
  sayPassedOver(idle, "query", "without a judgement", notes);
  return { data: { queries, corpus, qrels }, format: `BEIR folder, judgements of ${chosen}` };
}

/** The file of judgements, relative to the folder. */
async function chooseSplit(
  folder: string,
  split: string | undefined,
  notes: Notes,
): Promise<string> {
  const inside = (await readdir(join(folder, "qrels")).catch(() => [])).map(
    (name) => `qrels/${name}`,
  );
  const beside = (await readdir(folder)).filter((name) => {
    const [stem] = name.split(".");
    return stem === "qrels" || preferred.includes(stem);
  });
  const files = [...inside, ...beside].filter((name) => qrelsEnding.test(name)).sort();
  if (files.length === 0) {
    throw new DataError(
      { source: folder },
      "a BEIR folder must have judgements in qrels/train.tsv (query-id, corpus-id, score), received none; " +
        "add them, or give corpus.jsonl alone to learn without labels",
    );
  }
  const nameOf = (file: string): string =>
    file.replace(qrelsEnding, "").replace(/^qrels[/.](?=.)/, "");
  const splits = files.map(nameOf).join(", ");
  if (split !== undefined) {
    const file = files.find((name) => nameOf(name) === split);
    if (file !== undefined) return file;
    throw new DataError(
      { source: join(folder, "qrels") },
      `split must be one of ${splits}, received "${split}"`,
    );
  }
  const best = preferred.flatMap((name) => files.find((file) => nameOf(file) === name) ?? [])[0];
  const file = best ?? files[0];
  const others = files.filter((name) => name !== file).map(nameOf);
  if (nameOf(file) !== "train" && others.length > 0) {
    notes.say(
      `There are no judgements named train, so those of ${nameOf(file)} are read; ` +
        `there are also ${others.join(", ")} (split, --split).`,
    );
  }
  return file;
}

/** Leaves out judgements that a better one of the same query and passage contradicts; the same one twice stays twice. */
function withoutContradicted(
  qrels: readonly RelevanceJudgement[],
  notes: Notes,
): RelevanceJudgement[] {
  const keyOf = ({ queryId, passageId }: RelevanceJudgement): string =>
    JSON.stringify([queryId, passageId]);
  const best = new Map<string, number>();
  for (const judgement of qrels) {
    const key = keyOf(judgement);
    best.set(key, Math.max(judgement.score, best.get(key) ?? 0));
  }
  const kept = qrels.filter((judgement) => judgement.score === best.get(keyOf(judgement)));
  const contrary = qrels.length - kept.length;
  if (contrary > 0) {
    notes.say(
      contrary === 1
        ? "1 judgement contradicts another of the same query and passage; the higher score counts."
        : `${contrary} judgements contradict others of the same query and passage; the higher score counts.`,
    );
  }
  return kept;
}

/** The passage; one of a title alone is its title; none where both are empty. */
function withText({ id, title = "", text }: BeirPassage): BeirPassage[] {
  if (text.trim() !== "") return [title.trim() === "" ? { id, text } : { id, title, text }];
  return title.trim() === "" ? [] : [{ id, text: title }];
}

function sayPassedOver(count: number, what: string, why: string, notes: Notes): void {
  if (count === 0) return;
  const plural = what === "query" ? "queries" : `${what}s`;
  notes.say(
    count === 1
      ? `1 ${what} ${why} was passed over.`
      : `${count} ${plural} ${why} were passed over.`,
  );
}
