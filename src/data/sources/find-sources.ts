import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../data-error.js";
import type { Source } from "./open-source.js";

/**
 * The files that paths stand for, in order: a file itself; a folder its files of the given endings, by name; a pattern
 * (`*`, `?`, `[abc]`, `{a,b}` within a name, `**` for any folders) whatever matches, by name. A path that exists is
 * never taken for a pattern.
 *
 * @param endings What a data file's name ends in, before `.gz` or `.zst`.
 * @throws DataError when a folder or pattern gives no file.
 */
export async function findSources(
  paths: Source | readonly Source[],
  endings: readonly string[],
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const path of [paths].flat() as Source[]) {
    if (typeof path !== "string" || path === "-") {
      sources.push(path);
      continue;
    }
    const found = await stat(path).catch(() => null);
    if (found === null && /[*?[{]/.test(path)) {
      sources.push(...(await matchFiles(path)));
    } else if (found?.isDirectory() === true) {
      sources.push(...(await listFolder(path, endings)));
    } else {
      sources.push(path); // a missing file is reported when its turn comes, by the code that opens it
    }
  }
  return sources;
}

async function listFolder(folder: string, endings: readonly string[]): Promise<string[]> {
  const names = await readdir(folder);
  const files = names.filter((name) => endings.includes(plainEnding(name))).sort();
  if (files.length === 0) {
    const wanted = endings.map((ending) => `*${ending}`).join(" or ");
    throw new DataError({ source: folder }, `the folder must hold a file ${wanted}, received none`);
  }
  return files.map((name) => join(folder, name));
}

/** `".jsonl"` of `"shard-00.jsonl.gz"`. */
function plainEnding(name: string): string {
  return /\.[^.]+$/.exec(name.replace(/\.(gz|zst)$/, ""))?.[0].toLowerCase() ?? "";
}

async function matchFiles(pattern: string): Promise<string[]> {
  const parts = pattern.split(/[\\/]/);
  const firstWild = parts.findIndex((part) => /[*?[{]/.test(part));
  const root = parts.slice(0, firstWild).join("/");
  const start = root !== "" ? root : pattern.startsWith("/") ? "/" : ".";
  const files = await descend(start, root === "" ? "" : `${root}/`, parts.slice(firstWild));
  if (files.length === 0)
    throw new DataError({ source: pattern }, "the pattern must match a file, received none");
  return [...new Set(files)].sort();
}

async function descend(folder: string, prefix: string, parts: string[]): Promise<string[]> {
  const [part, ...rest] = parts;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = part === "**" ? await descend(folder, prefix, rest) : [];
  const expression = part === "**" ? /^[^.]/ : toExpression(part);
  for (const entry of entries) {
    if (!expression.test(entry.name)) continue;
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory()) {
      const next = part === "**" ? parts : rest;
      if (next.length > 0) files.push(...(await descend(path, `${path}/`, next)));
    } else if (part !== "**" && rest.length === 0) {
      files.push(path);
    }
  }
  return files;
}

function toExpression(part: string): RegExp {
  const body = part
    .replaceAll(/[.+^$()|\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
  return new RegExp(
    `^${body.replaceAll(/\{([^}]*)\}/g, (_, names: string) => `(?:${names.replaceAll(",", "|")})`)}$`,
  );
}
