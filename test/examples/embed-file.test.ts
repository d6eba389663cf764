import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHashingEmbedder, decodeNpy } from "embedtune";
import { rowOf } from "embedtune/math";
import {
  fakeVector,
  startFakeOpenAI,
  type FakeOpenAIServer,
} from "../support/fake-openai-server.js";
import { runExampleScript, type ExampleRun } from "../support/run-example.js";

const numpy = ((): boolean => {
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

let folder = "";
let server: FakeOpenAIServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-embed-file-"));
  server = await startFakeOpenAI({
    misbehave: (_, n) => (n === 0 ? { kind: "status", status: 500 } : undefined),
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const texts = ["first line", "second line, ünïcode", "first line", "fourth"];

const embedFile = (
  flags: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<ExampleRun> => {
  writeFileSync(join(folder, "texts.txt"), `${texts.join("\n")}\n`);
  return runExampleScript(
    "embed-file",
    [
      ...["--input", join(folder, "texts.txt"), "--output", join(folder, "v.npy")],
      ...["--cache", join(folder, "cache"), ...flags],
    ],
    { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined, ...env },
  );
};

describe("examples/embed-file.ts", () => {
  it("says what OpenAI would cost, without a key and without a request", async () => {
    const { code, stderr } = await embedFile(["--embedder", "openai", "--dry-run"]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/4 texts, 3 of them not in the cache/);
    expect(stderr).toMatch(/tokens in 1 request: \$/);
  });

  it("embeds every line once into a row of its own, through a failure, and the second time from the cache", async () => {
    const flags = ["--embedder", "openai", "--model", "fake", "--dimensions", "8"];
    const env = { OPENAI_BASE_URL: server.baseURL };
    const first = await embedFile(flags, env);
    expect(first.stdout + first.stderr).toMatch(/3 embedded/);
    expect(first.code).toBe(0);
    const vectors = decodeNpy(readFileSync(join(folder, "v.npy")));
    expect([vectors.rows, vectors.cols]).toEqual([4, 8]);
    for (const [i, text] of texts.entries()) {
      expect(rowOf(vectors, i)).toEqual(fakeVector(text, 8));
    }
    expect(server.requests()).toBe(2);
    const second = await embedFile(flags, env);
    expect(second.stdout + second.stderr).toMatch(/all 3 different texts found in the cache/);
    expect(server.requests()).toBe(2);
  });

  it.skipIf(!numpy)("writes what NumPy loads: float32, a row per line", async () => {
    const script = [
      "import json, sys, numpy",
      "v = numpy.load(sys.argv[1])",
      "print(json.dumps([v.dtype.str, v.shape, v[1].tolist()]))",
    ].join("\n");
    await embedFile(["--dimensions", "16"]);
    const found = execFileSync("python3", ["-c", script, join(folder, "v.npy")], {
      encoding: "utf8",
    });
    const expected = await createHashingEmbedder({ dimensions: 16 }).embed([texts[1]]);
    expect(JSON.parse(found)).toEqual(["<f4", [4, 16], [...expected.data]]);
  });

  it("names the key that is missing in one sentence", async () => {
    const { code, stderr } = await embedFile(["--embedder", "openai"]);
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(
      "createOpenAIEmbedder: apiKey or the environment variable OPENAI_API_KEY must be set, received neither",
    );
  });
});
