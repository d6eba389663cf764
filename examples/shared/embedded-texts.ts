import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { createHashingEmbedder, type Matrix } from "embedtune";

/** Reads lines of {"question", "passage", "title"} and embeds them with the built-in embedder; the title is the group. */
export async function readTexts(
  path: string,
  signal: AbortSignal,
): Promise<{ queries: Matrix; passages: Matrix; groups: string[] }> {
  const bytes = await readFile(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const rows = lines.map((line, i) => parseLine(line, `${path}:${i + 1}`));
  const embedder = createHashingEmbedder();
  const embed = (texts: string[], side: "query" | "passage"): Promise<Matrix> =>
    embedder.embed(texts, { side, signal });
  return {
    queries: await embed(
      rows.map(({ question }) => question),
      "query",
    ),
    passages: await embed(
      rows.map(({ passage }) => passage),
      "passage",
    ),
    groups: rows.map(({ title }) => title),
  };
}

function parseLine(
  line: string,
  place: string,
): { question: string; passage: string; title: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new Error(`${place}: not JSON`, { cause });
  }
  const field = (name: string): string => {
    const content = (value as Record<string, unknown> | null)?.[name];
    if (typeof content !== "string") throw new Error(`${place}: "${name}" must be a string`);
    return content;
  };
  return { question: field("question"), passage: field("passage"), title: field("title") };
}
