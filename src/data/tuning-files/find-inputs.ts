import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataError } from "../data-error.js";
import { findSources } from "../sources/find-sources.js";
import { sourceName, type Source } from "../sources/open-source.js";

/** What a path stands for. */
export type Input =
  | { readonly kind: "file"; readonly source: Source }
  | { readonly kind: "beir"; readonly folder: string }
  /** Documents, a passage each; names relative to the folder. */
  | { readonly kind: "texts"; readonly folder: string; readonly names: readonly string[] };

const recordEndings = /\.(?:jsonl|ndjson|json|csv|tsv|tab|psv|parquet)(?:\.gz|\.zst)?$/i;
const textEndings = /\.(?:md|markdown|txt)$/i;

/**
 * Looks at the paths: a folder is one of BEIR's, or of files with records, or of documents.
 *
 * @throws DataError for a path that is not there, naming what is.
 */
export async function findInputs(paths: Source | readonly Source[]): Promise<Input[]> {
  const inputs: Input[] = [];
  for (const path of [paths].flat() as Source[]) {
    if (typeof path !== "string" || path === "-") {
      inputs.push({ kind: "file", source: path });
      continue;
    }
    if (/^https?:\/\/[^?#]*\.parquet(?:[?#]|$)/i.test(path)) {
      inputs.push({ kind: "file", source: path }); // read by ranges
      continue;
    }
    if (/^[a-z]{2,}:\/\//i.test(path)) {
      throw new DataError(
        { source: path },
        "the path must be that of a file on this machine, received a URL; download it first",
      );
    }
    const found = await stat(path).catch(() => null);
    if (found?.isDirectory() === true) {
      inputs.push(...(await lookInto(path)));
    } else if (found === null && /[*?[{]/.test(path)) {
      for (const source of await findSources(path, [])) inputs.push({ kind: "file", source });
    } else {
      if (found === null) await refuseMissing(path);
      inputs.push({ kind: "file", source: path });
    }
  }
  const names = inputs.flatMap((input) => (input.kind === "file" ? sourceName(input.source) : []));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new DataError({ source: twice }, "the file must be named once, received it twice");
  }
  return inputs;
}

async function lookInto(folder: string): Promise<Input[]> {
  const names = (await readdir(folder)).sort();
  const isBeir =
    names.includes("qrels") ||
    names.some((name) => /^queries(?:[-_.]?\d+(?:-of-\d+)?)?\.jsonl(?:\.gz|\.zst)?$/.test(name));
  if (isBeir) return [{ kind: "beir", folder }];
  const records = names.filter((name) => recordEndings.test(name));
  if (records.length > 0) {
    return records.map((name) => ({ kind: "file", source: join(folder, name) }));
  }
  const texts = (await listFiles(folder)).filter((name) => textEndings.test(name));
  if (texts.length > 0) return [{ kind: "texts", folder, names: texts }];
  const has = names.length === 0 ? "nothing" : names.slice(0, 5).join(", ");
  throw new DataError(
    { source: folder },
    "the folder must hold corpus.jsonl, queries.jsonl and qrels (BEIR), files of records " +
      `(*.jsonl, *.json, *.csv, *.tsv, *.parquet) or documents (*.md, *.txt), received ${has}`,
  );
}

/** All files below a folder by name, hidden ones and what package managers fetched left out. */
async function listFiles(folder: string, prefix = ""): Promise<string[]> {
  const names: string[] = [];
  const entries = await readdir(join(folder, prefix), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const name = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) names.push(...(await listFiles(folder, name)));
    else if (entry.isFile()) names.push(name);
  }
  return names;
}

async function refuseMissing(path: string): Promise<never> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => null);
  const message =
    names === null ? `there is no such file, nor the folder ${folder}` : "there is no such file";
  const [stem] = basename(path).toLowerCase().split(".");
  const near = (name: string): number => Number(!name.toLowerCase().startsWith(stem));
  const others = (names ?? [])
    .filter((name) => recordEndings.test(name) || textEndings.test(name))
    .sort((a, b) => near(a) - near(b) || (a < b ? -1 : 1))
    .slice(0, 5);
  const hint = others.length === 0 ? "; check the path" : `; the folder has ${others.join(", ")}`;
  throw new DataError({ source: path }, message + hint);
}

/** An input as messages name it. */
export function nameOf(input: Input): string {
  return input.kind === "file" ? sourceName(input.source) : input.folder;
}
