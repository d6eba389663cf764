import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** The table of docs/architecture.md: a room imports only itself and rooms of a lower rank. */
const ranks: readonly (readonly string[])[] = [
  ["base"],
  ["math"],
  ["data"],
  ["embed"],
  ["negatives"],
  ["evaluate"],
  ["adapter"],
  ["fit", "train"],
  ["tune"],
  ["project"],
  ["report"],
  ["integrations"],
  ["cli"],
];
const rooms = ranks.flat();
const rankOf = (room: string): number => ranks.findIndex((names) => names.includes(room));
/** More files than this side by side, and nobody finds anything. */
const mostFiles = 15;

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  // Types included; a dynamic import counts too.
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]);
}

const allFiles = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(source, name));
/** AssemblyScript names what it imports in its own way. */
const files = allFiles.filter(
  (file) => !file.startsWith(join(source, "math", "kernel", "assembly")),
);

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
    expect(folders.filter((folder) => !rooms.includes(folder))).toEqual([]);
  });

  it("is drawn in docs/architecture.md as it is enforced here", () => {
    const page = readFileSync(
      fileURLToPath(new URL("../docs/architecture.md", import.meta.url)),
      "utf8",
    );
    const drawn = [...page.matchAll(/^\| (\d+) +\| `(\w+)\/`/gm)].map(([, rank, room]) => [
      Number(rank),
      room,
    ]);
    expect(drawn).toEqual(ranks.flatMap((names, rank) => names.map((room) => [rank, room])));
  });

  it("reads data that are not part of it in the tests of test/shared alone", () => {
    const tests = fileURLToPath(new URL(".", import.meta.url));
    const readers = readdirSync(tests, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.startsWith("shared"))
      .filter((path) => /["'`](?:\.\.\/)+shared\//.test(readFileSync(join(tests, path), "utf8")));
    expect(readers).toEqual([]);
  });

  it("has no room with too many files of its own", () => {
    const sizes = new Map<string, number>();
    for (const file of allFiles) {
      const folder = dirname(file);
      if (folder !== source) sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
    }
    const full = [...sizes].filter(([, size]) => size > mostFiles);
    expect(full.map(([folder, size]) => `${name(folder)}: ${size}`)).toEqual([]);
  });

  it("lets data flow one way: no room imports a later one, or its neighbour of the same rank", () => {
    const wrong: string[] = [];
    for (const [file, targets] of edges) {
      const room = folderOf(file);
      const rank = rankOf(room);
      if (rank < 0) continue; // the entry files at the top see everything
      for (const target of targets) {
        const other = folderOf(target);
        const targetRank = rankOf(other);
        if (other !== room && (targetRank < 0 || targetRank >= rank)) {
          wrong.push(`${name(file)} -> ${name(target)}`);
        }
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

  it.each(["index", "math", "negatives", "evaluate", "answered", "fit", "train", "project"])(
    "keeps files and network out of the entry %s",
    (entry) => {
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
      visit(join(source, `${entry}.ts`));
      const allowed = ["seedrandom", "ml-matrix", "entities"];
      const foreign = [...outside].filter(
        (specifier) => !allowed.includes(specifier.split("/")[0]),
      );
      expect(foreign).toEqual([]);
    },
  );
});
