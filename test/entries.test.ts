import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
/** The command is run and exports nothing. */
const entryFiles = readdirSync(join(root, "src")).filter(
  (name) => name.endsWith(".ts") && name !== "cli.ts",
);

interface Exports {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** What an entry exports, read from its text: entries do nothing but name things. */
function exportsOf(file: string): Exports {
  const text = readFileSync(join(root, "src", file), "utf8");
  const values: string[] = [];
  const types: string[] = [];
  for (const [, onlyTypes, list] of text.matchAll(/export (type )?\{([^}]*)\} from/g)) {
    for (const part of list.split(",")) {
      const words = part.trim().split(/\s+/);
      if (words[0] === "") continue;
      const isType = onlyTypes !== undefined || words[0] === "type";
      (isType ? types : values).push(words[words.length - 1]);
    }
  }
  return { values, types };
}

const entries = new Map(entryFiles.map((file) => [file, exportsOf(file)]));

describe("the entries", () => {
  it("of the core names at most 60 values", () => {
    expect(entries.get("index.ts")?.values.length).toBeLessThanOrEqual(60);
  });

  it("export each name once, whether a value or a type", () => {
    const homes = new Map<string, string[]>();
    for (const [file, { values, types }] of entries) {
      for (const name of [...values, ...types]) {
        homes.set(name, [...(homes.get(name) ?? []), file]);
      }
    }
    const twice = [...homes].filter(([, files]) => files.length > 1);
    expect(twice.map(([name, files]) => `${name}: ${files.join(", ")}`)).toEqual([]);
  });

  it("are built, typed and documented, each of them", () => {
    const { exports, typedocOptions } = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    ) as { exports: Record<string, unknown>; typedocOptions: { entryPoints: string[] } };
    const build = readFileSync(join(root, "tsup.config.ts"), "utf8");
    for (const file of entryFiles) {
      const name = file.replace(/\.ts$/, "");
      expect(exports, file).toHaveProperty([name === "index" ? "." : `./${name}`]);
      expect(typedocOptions.entryPoints, file).toContain(`src/${file}`);
      expect(build, file).toContain(`"src/${file}"`);
    }
  });

  it("name no value that no page, example or bench uses", () => {
    const folders = ["docs", "examples", "examples/shared", "bench"];
    const texts = folders.flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => /\.(md|ts)$/.test(name))
        .map((name) => readFileSync(join(root, folder, name), "utf8")),
    );
    texts.push(readFileSync(join(root, "README.md"), "utf8"));
    const words = new Set(texts.flatMap((text) => text.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []));
    const unused = [...entries.values()].flatMap(({ values }) =>
      values.filter((name) => !words.has(name)),
    );
    expect(unused).toEqual([]);
  });
});
