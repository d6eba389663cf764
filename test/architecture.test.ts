import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** The order of docs/architecture.md: a folder imports only itself and folders before it. */
const ranks = [
  "math",
  "data",
  "negatives",
  "embed",
  "evaluate",
  "adapter",
  "train",
  "project",
  "report",
  "integrations",
];

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  // Types included; a dynamic import counts too.
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]);
}

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.startsWith(join("math", "kernel")))
  .map((name) => join(source, name));

const edges = new Map(
  files.map((file) => [
    file,
    importsOf(file)
      .filter((name) => name.startsWith("."))
      .map((name) => resolve(dirname(file), name.replace(/\.js$/, ".ts"))),
  ]),
);

const folderOf = (file: string): string => relative(source, file).split(/[\\/]/)[0];
const name = (file: string): string => relative(source, file);

describe("the house", () => {
  it("has only the rooms that have a rank", () => {
    const folders = readdirSync(source, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect(folders.filter((folder) => !ranks.includes(folder))).toEqual([]);
  });

  it("lets data flow one way: no folder imports a later one", () => {
    const wrong: string[] = [];
    for (const [file, targets] of edges) {
      const rank = ranks.indexOf(folderOf(file));
      if (rank < 0) continue; // the entry files at the top see everything
      for (const target of targets) {
        const targetRank = ranks.indexOf(folderOf(target));
        if (targetRank < 0 || targetRank > rank) wrong.push(`${name(file)} -> ${name(target)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("has no circle of imports", () => {
    const state = new Map<string, "open" | "done">();
    const circles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        circles.push([...path.slice(path.indexOf(file)), file].map(name).join(" -> "));
        return;
      }
      state.set(file, "open");
      for (const target of edges.get(file) ?? []) visit(target, [...path, file]);
      state.set(file, "done");
    };
    for (const file of edges.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  it("keeps files and network out of the core", () => {
    const reached = new Set<string>();
    const outside = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const specifier of importsOf(file)) {
        if (!specifier.startsWith(".")) outside.add(specifier);
      }
      for (const target of edges.get(file) ?? []) visit(target);
    };
    visit(join(source, "index.ts"));
    const allowed = ["seedrandom", "ml-matrix", "htmlparser2", "entities"];
    const foreign = [...outside].filter((specifier) => !allowed.includes(specifier.split("/")[0]));
    expect(foreign).toEqual([]);
  });
});
