import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { pageModule, parseDocPage, typeErrors, type DocPage } from "./support/doc-page.js";
import { startFakeOpenAI, type FakeOpenAIServer } from "./support/fake-openai-server.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const names = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const pages = names.map((name) => parseDocPage(name, readFileSync(join(root, name), "utf8")));
const readme = pages[0].text;

/** Each page runs in a folder of its own, from which it sees the examples' data as a reader in the project's root does. */
const folderOf = (name: string): string =>
  join(root, ".cache", "docs", name.replace(/\.md$/, "").replace("/", "-"));
const moduleOf = (name: string): string => join(folderOf(name), "page.ts");

/** A page's code runs for as long as it takes on a busy machine. */
const mostMilliseconds = 240_000;

let errors: ReadonlyMap<string, readonly string[]>;
let server: FakeOpenAIServer;
/** Ends with the page that runs: the working folder and the console are the process's, so one page has them at a time. */
let running: Promise<unknown> = Promise.resolve();

beforeAll(async () => {
  errors = typeErrors(
    root,
    new Map(pages.map((page) => [moduleOf(page.name), pageModule(page, { noRun: true })])),
  );
  server = await startFakeOpenAI({ dimensions: 1536, batchLooks: 1 });
  vi.stubEnv("OPENAI_BASE_URL", server.baseURL);
  vi.stubEnv("OPENAI_API_KEY", "sk-test");
}, 120_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  for (const name of names) rmSync(folderOf(name), { recursive: true, force: true });
});

/** Runs a page's module in the page's folder, and leaves the process as it was. */
async function runPage(page: DocPage): Promise<void> {
  const folder = folderOf(page.name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(root, "examples"), join(folder, "examples"));
  writeFileSync(moduleOf(page.name), pageModule(page, { noRun: false }));
  const [log, error] = (["log", "error"] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation(() => undefined),
  );
  process.chdir(folder);
  try {
    await import(/* @vite-ignore */ moduleOf(page.name));
    expect(error).not.toHaveBeenCalled();
    expect(JSON.stringify(log.mock.calls)).not.toMatch(/NaN|undefined/);
  } finally {
    process.chdir(root);
    log.mockRestore();
    error.mockRestore();
  }
}

describe("the README", () => {
  it("names the two commands a newcomer types", () => {
    expect(readme).toContain("npm ci && npm run quickstart");
    expect(readme).toContain("npm ci && npm test");
  });
});

describe.each(pages)("$name", (page) => {
  const { name, text, blocks } = page;

  it("links only to pages that exist", () => {
    const targets = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target);
    const absent = targets.filter((target) => !existsSync(join(root, dirname(name), target)));
    // `npm run docs:api` makes them.
    expect(absent.filter((target) => !target.includes("api/"))).toEqual([]);
  });

  it("names only scripts and examples that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const runs = [...text.matchAll(/npm run ([a-z:]+)/g)].map(([, script]) => script);
    expect(runs.filter((script) => !(script in scripts))).toEqual([]);
    // A hidden setup imports test/support as a module, by a name that ends in .js.
    const visible = text.replaceAll(/<!--[\s\S]*?-->/g, "");
    const paths = visible.match(/\b(?:examples|bench|test|src)\/[\w./-]*[\w/]/g) ?? [];
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  if (blocks.length === 0) return;

  it("says of each block that does not run why it cannot", () => {
    const silent = blocks.filter(({ kind, reason }) => kind === "no-run" && reason === "");
    expect(silent.map(({ line }) => `${name}:${line}`)).toEqual([]);
  });

  it("has code that type-checks", () => {
    expect(errors.get(moduleOf(name))).toEqual([]);
  });

  it.runIf(blocks.some(({ kind }) => kind !== "no-run"))(
    "has code that runs",
    async () => {
      // A page that ran out of time runs on.
      const run = running.then(() => runPage(page));
      running = run.catch(() => undefined);
      await run;
    },
    mostMilliseconds,
  );
});
