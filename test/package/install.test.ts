import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { pageModule, parseDocPage } from "../support/doc-page.js";
import { installPackage, packPackage, type PackedPackage } from "../support/packed-package.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const execute = promisify(execFile);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly engines: { readonly node: string };
};
/** `embedtune`, `embedtune/math` and so on; not what is no JavaScript. */
const entries = Object.keys(manifest.exports)
  .filter((path) => !/\.(json|wasm)$/.test(path))
  .map((path) => `embedtune${path.slice(1)}`);

let folder: string;
let project: string;
let packed: PackedPackage;
let installed = false;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedtune-install-"));
  project = join(folder, "project");
  packed = await packPackage(folder);
  installed = await installPackage(packed.archive, project);
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a script in the project that has installed the package; what it prints. */
async function run(name: string, code: string): Promise<string> {
  await writeFile(join(project, name), code);
  const { stdout, stderr } = await execute(process.execPath, [name], { cwd: project });
  expect(stderr).toBe("");
  return stdout.trim();
}

/** What the compiler says of the files, strict, with neither the DOM's types nor Node's, libraries checked too. */
async function check(
  files: Readonly<Record<string, string>>,
  options: ts.CompilerOptions & { readonly module: ts.ModuleKind },
): Promise<string[]> {
  for (const [name, code] of Object.entries(files)) await writeFile(join(project, name), code);
  const program = ts.createProgram({
    rootNames: Object.keys(files).map((name) => join(project, name)),
    options: {
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      target: ts.ScriptTarget.ES2023,
      lib: ["lib.es2023.d.ts"],
      types: [],
      ...options,
    },
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, "\n");
    return `${file?.fileName.slice(project.length) ?? ""}: ${text}`;
  });
}

const skipUnlessInstalled = ({ skip }: TestContext): void => {
  skip(!installed, "no registry can be reached, and npm's cache lacks a dependency");
};

/** Fits and applies an adapter, with whatever `import` or `require` made of the package. */
const usage = `
  const rows = Uint32Array.of(0, 1, 2);
  const vectors = fromRows([[1, 0, 0.1], [0, 1, 0.2], [0.5, 0.5, 1]]);
  const pairs = { query: rows, passage: rows, label: new Uint8Array(3).fill(1) };
  const adapter = fitRca({ queries: vectors, passages: vectors, pairs });
  const bytes = encodeAdapter(adapter);
  const moved = applyAdapter(decodeAdapter(bytes), [1, 2, 3], { side: "query" });
  console.log(moved.length, Math.hypot(...moved).toFixed(3));
`;

describe("the packed package", () => {
  it("holds what was built, the texts, and nothing else", () => {
    const outside = packed.files.filter((path) => !path.startsWith("dist/"));
    expect(outside.sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "NOTICE",
      "README.md",
      "package.json",
    ]);
    for (const entry of entries) {
      const name = entry === "embedtune" ? "index" : entry.slice("embedtune/".length);
      expect(packed.files).toContain(`dist/${name}.js`);
      expect(packed.files).toContain(`dist/${name}.d.ts`);
    }
    // A fresh clone has no dist.
    expect(manifest.scripts["prepack"]).toBe("npm run build");
  });
});

describe("a project that has installed the package", () => {
  it("imports it", async (context) => {
    skipUnlessInstalled(context);
    const names = "applyAdapter, decodeAdapter, encodeAdapter, fitRca, fromRows";
    expect(await run("main.mjs", `import { ${names} } from "embedtune"; ${usage}`)).toBe("3 1.000");
  });

  it("imports every entry, also those whose optional packages are not there", async (context) => {
    skipUnlessInstalled(context);
    const code = `for (const entry of ${JSON.stringify(entries)}) {
      const names = Object.keys(await import(entry));
      if (names.length === 0) console.log(entry);
    }`;
    expect(await run("entries.mjs", code)).toBe("");
  });

  it("requires every entry from CommonJS: none awaits while it is loaded", async (context) => {
    skipUnlessInstalled(context);
    const code = `for (const entry of ${JSON.stringify(entries)}) require(entry);
      const { applyAdapter, decodeAdapter, encodeAdapter, fitRca, fromRows } = require("embedtune");
      ${usage}`;
    expect(await run("main.cjs", code)).toBe("3 1.000");
  });

  it("runs the README's program", async (context) => {
    skipUnlessInstalled(context);
    const page = parseDocPage("README.md", readFileSync(join(root, "README.md"), "utf8"));
    const { outputText } = ts.transpileModule(pageModule(page, { noRun: false }), {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    });
    await symlink(join(root, "examples"), join(project, "examples"));
    expect(await run("readme.mjs", outputText)).not.toBe("");
  });

  it("has the command", async (context) => {
    skipUnlessInstalled(context);
    const command = join(project, "node_modules", ".bin", "embedtune");
    const { stdout } = await execute(command, ["--help"], { cwd: project });
    expect(stdout).toMatch(/embedtune/);
  });

  it("is told by name and command which optional package is missing", async (context) => {
    skipUnlessInstalled(context);
    const code = `
      import { createMatrix } from "embedtune/math";
      import { createOnnxEngine } from "embedtune/onnx";
      import { createOpenAIEmbedder } from "embedtune/openai";
      import { renderPng, renderSvg } from "embedtune/report";
      import { createTransformersEmbedder } from "embedtune/transformers";
      import { umapProjection } from "embedtune/umap";
      import { createUsearchIndex } from "embedtune/usearch";
      const matrix = createMatrix(1, 2, Float32Array.of(1, 0));
      const attempts = [
        () => createOpenAIEmbedder({ apiKey: "none" }).embed(["a".repeat(10_000)]),
        () => createTransformersEmbedder({ model: "any" }),
        () => createUsearchIndex({ queries: ["a"], passages: ["b"] }, { queries: matrix, passages: matrix }),
        () => createOnnxEngine(),
        () => umapProjection(),
        () => renderSvg({}),
        () => renderPng("<svg/>"),
      ];
      for (const attempt of attempts) {
        await attempt().then(() => console.log("done"), ({ message }) => console.log(message));
      }`;
    const commands = [...(await run("peers.mjs", code)).matchAll(/npm install ([^),]+)/g)];
    expect(commands.map(([, packages]) => packages)).toEqual([
      "gpt-tokenizer@4",
      "@huggingface/transformers@4",
      "usearch@2.25",
      "onnxruntime-node@1",
      "umap-js@1",
      "vega@6 vega-lite@6.4",
      "@resvg/resvg-js@2",
    ]);
  });

  const imports = entries.map((entry, i) => `import * as entry${i} from "${entry}";`).join("\n");
  const all = `${imports}\nexport const all = [${entries.map((_, i) => `entry${i}`).join(", ")}];`;
  const esm = `
    import { createFunctionEmbedder, fitRca, type Adapter, type LongJobOptions } from "embedtune";
    export const embedder = createFunctionEmbedder(
      (texts, { signal }) => {
        signal.throwIfAborted();
        return texts.map((text) => [text.length, 1]);
      },
      { id: "own" },
    );
    export const fit: (data: Parameters<typeof fitRca>[0]) => Adapter = (data) => fitRca(data);
    export const options: LongJobOptions = { onProgress: ({ done }) => void done };
    // @ts-expect-error: options are checked
    fitRca({}, { lambda: "much" });
  `;
  const cjs = `
    import { applyAdapter, type Adapter } from "embedtune";
    import tools = require("embedtune/math");
    export const apply = (adapter: Adapter) => applyAdapter(adapter, [1, 2], { side: "query" });
    export const zeros = tools.createMatrix(1, 2);
  `;

  it("type-checks against it as a bundler resolves it, without the DOM's types or Node's", async (context) => {
    skipUnlessInstalled(context);
    const errors = await check(
      { "bundled.ts": esm, "all-bundled.ts": all },
      {
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
      },
    );
    expect(errors).toEqual([]);
  });

  it("type-checks against it as Node resolves it, from modules and from CommonJS", async (context) => {
    skipUnlessInstalled(context);
    const errors = await check(
      { "node.mts": esm, "all.mts": all, "node.cts": cjs },
      { module: ts.ModuleKind.NodeNext },
    );
    expect(errors).toEqual([]);
  });
});

describe("the optional packages that are named", () => {
  it("have versions that run on the oldest Node", () => {
    const oldest = Number(/\d+/.exec(manifest.engines.node)?.[0]);
    const named = {
      "vega-lite": "6.4",
      usearch: "2.25",
      vega: "6",
      "umap-js": "1",
      "gpt-tokenizer": "4",
    };
    for (const [name, version] of Object.entries(named)) {
      const path = join(root, "node_modules", name, "package.json");
      const peer = JSON.parse(readFileSync(path, "utf8")) as {
        readonly version: string;
        readonly engines?: { readonly node?: string };
      };
      expect(peer.version).toMatch(new RegExp(`^${version.replaceAll(".", "\\.")}\\.`));
      const least = Number(/\d+/.exec(peer.engines?.node ?? "0")?.[0]);
      expect(least, name).toBeLessThanOrEqual(oldest);
    }
  });
});
