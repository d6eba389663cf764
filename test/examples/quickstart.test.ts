import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Parser } from "htmlparser2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeAdapter } from "../../src/adapter/encode.js";
import { startFakeOpenAI } from "../support/fake-openai-server.js";
import { runExampleScript, type ExampleRun } from "../support/run-example.js";

interface Metrics {
  readonly decision: { readonly verdict: string; readonly sentence: string };
  readonly judgement: { readonly sentence: string };
  readonly leaks: { readonly clean: boolean };
  readonly methods: readonly Record<string, unknown>[];
}

let folder: string;
const inFolder = (name: string): string => join(folder, name);
const places = (): string[] => ["--out", inFolder("out"), "--cache", inFolder("cache")];
const quickstart = (...args: string[]): Promise<ExampleRun> =>
  runExampleScript("quickstart", [...places(), ...args], {
    OPENAI_API_KEY: undefined,
    OPENAI_BASE_URL: undefined,
  });
const readMetrics = (): Metrics =>
  JSON.parse(readFileSync(join(inFolder("out"), "metrics.json"), "utf8")) as Metrics;

/** The text of the page's line with the verdict. */
function verdictOfPage(page: string): string {
  let text = "";
  let inside = false;
  const parser = new Parser({
    onopentag(name, { class: kind }) {
      if (name === "p") inside = kind?.split(" ")[0] === "verdict";
    },
    ontext(part) {
      if (inside) text += part;
    },
    onclosetag(name) {
      if (name === "p") inside = false;
    },
  });
  parser.end(page);
  return text;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-quickstart-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the quickstart", () => {
  let first: ExampleRun;
  let metrics: Metrics;

  beforeAll(async () => {
    first = await quickstart("--limit", "120");
    metrics = readMetrics();
  }, 240_000);

  it("runs without key or network and compares the methods on both kinds of negatives", () => {
    expect(first.stderr).toBe("");
    expect(first.code).toBe(0);
    const rows = metrics.methods.map(({ name, set }) => `${String(name)}/${String(set)}`);
    for (const name of ["none", "notebook"]) {
      for (const set of ["weak", "hard"]) expect(rows).toContain(`${name}/${set}`);
    }
    for (const row of metrics.methods) {
      expect(first.stdout).toContain(`${(100 * (row.accuracy as number)).toFixed(1)} %`);
      expect(row.baseRate).toBeGreaterThanOrEqual(0.5);
      expect(row.thresholdFrom).toBe("validation");
    }
  });

  it("says what becomes of a help centre under a neural model and under the built-in embedder", () => {
    expect(first.stdout).toMatch(
      /\n- all-MiniLM-L6-v2: (use it|not shown|leave it): for new questions/,
    );
    expect(first.stdout).toMatch(
      /\n- hashing\/\S+: (use it|not shown|leave it): for new questions/,
    );
  });

  it("says the same sentence on the terminal, on the page, in the figures and in the adapters", () => {
    const { verdict, sentence } = metrics.decision;
    expect(sentence.startsWith(`${verdict}: `)).toBe(true);
    expect(first.stdout).toContain(sentence);
    const page = readFileSync(join(inFolder("out"), "report.html"), "utf8");
    expect(verdictOfPage(page)).toBe(sentence);
    for (const name of ["adapter", "best"]) {
      const bytes = readFileSync(join(inFolder("out"), `${name}.safetensors`));
      const { metadata } = decodeAdapter(bytes);
      expect([metadata.verdict, metadata.sentence]).toEqual([verdict, sentence]);
    }
  });

  it("shows where right passages rank before any figure on picked negatives, and how the expectation held", () => {
    const [ranking, picked] = [
      "Where the right passage ranks",
      "The reference notebook's own figure",
    ];
    expect(first.stdout.indexOf(ranking)).toBeGreaterThan(0);
    expect(first.stdout.indexOf(picked)).toBeGreaterThan(first.stdout.indexOf(ranking));
    expect(first.stdout).toContain(metrics.judgement.sentence);
    expect(first.stdout).toMatch(/lies (inside|outside) the interval that the verdict expected/);
    expect(first.stdout).toContain("closed forms only");
  });

  it("shares no question, passage or page between train and test", () => {
    expect(metrics.leaks.clean).toBe(true);
  });

  it("leaves an adapter that names its embedder and a page that needs no network", () => {
    const adapter = decodeAdapter(readFileSync(join(inFolder("out"), "adapter.safetensors")));
    expect(adapter.metadata.embedder).toBe("hashing/char-3-5/1536/v1");
    expect(adapter.inputDimensions).toBe(1536);
    const page = readFileSync(join(inFolder("out"), "report.html"), "utf8");
    expect(page).toContain("<svg");
    expect(page).not.toMatch(/(?:src|href)="https?:/);
  });

  it("finds every embedding in the cache the second time, and gives the same figures", async () => {
    const second = await quickstart("--limit", "120");
    expect(second.code).toBe(0);
    expect(first.stdout).not.toMatch(/all \d+ found in the cache/);
    expect(second.stdout).toMatch(/all \d+ found in the cache/);
    const figures = ({ methods }: Metrics) => methods.map((row) => ({ ...row, seconds: 0 }));
    expect(figures(readMetrics())).toEqual(figures(metrics));
  }, 240_000);
});

describe("the quickstart, given something it cannot use, says so in one sentence and exits with 1:", () => {
  const cases: [string, () => string[], RegExp][] = [
    ["a missing file", () => ["--input", inFolder("none.jsonl")], /none\.jsonl.*no such file/],
    ["a folder", () => ["--input", folder], /embedtune-quickstart-.*folder|directory/],
    [
      "a file that is not NQ",
      () => {
        writeFileSync(inFolder("other.jsonl"), '{"a": 1}\n');
        return ["--input", inFolder("other.jsonl")];
      },
      /other\.jsonl:1/,
    ],
    [
      "an empty file",
      () => {
        writeFileSync(inFolder("empty.jsonl"), "");
        return ["--input", inFolder("empty.jsonl")];
      },
      /empty\.jsonl.*empty/,
    ],
    ["too few pages to split", () => ["--limit", "3"], /at least 10 pages.*received \d+ on 1/],
    ["an embedder it does not know", () => ["--embedder", "magic"], /hashing or openai.*"magic"/],
    ["OpenAI without a key", () => ["--embedder", "openai"], /OPENAI_API_KEY/],
    ["a seed that is no number", () => ["--seed", "x"], /--seed.*whole number.*"x"/],
    ["an option it does not know", () => ["--bogus"], /bogus/],
  ];
  for (const [title, args, message] of cases) {
    it(title, async () => {
      const { code, stderr } = await quickstart(...args());
      expect(code).toBe(1);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toMatch(message);
    });
  }
});

describe("the quickstart with an OpenAI-compatible server", () => {
  const withServer = (baseURL: string, cache = "openai-cache"): Promise<ExampleRun> =>
    runExampleScript(
      "quickstart",
      [
        "--limit",
        "90",
        "--embedder",
        "openai",
        "--out",
        inFolder("openai"),
        "--cache",
        inFolder(cache),
      ],
      { OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: baseURL },
    );

  it("keeps what was embedded when the server fails for good, and asks only for the rest afterwards", async () => {
    const dying = await startFakeOpenAI({
      dimensions: 1536,
      misbehave: (_, request) =>
        request < 1 ? undefined : { kind: "status", status: 401, error: { message: "bad key" } },
    });
    const failed = await withServer(dying.baseURL);
    await dying.close();
    expect(failed.code).toBe(1);
    expect(failed.stderr.trim().split("\n")).toHaveLength(1);
    expect(failed.stderr).toMatch(/401/);
    const kept = [...dying.answered.keys()];
    expect(kept.length).toBeGreaterThan(0);

    const healthy = await startFakeOpenAI({ dimensions: 1536 });
    const done = await withServer(healthy.baseURL);
    await healthy.close();
    expect(done.stderr).toBe("");
    expect(done.code).toBe(0);
    for (const text of kept) expect(healthy.answered.has(text)).toBe(false);
    expect(healthy.log[0].body.model).toBe("text-embedding-ada-002");
    expect(done.stdout).toContain(`${healthy.answered.size} computed and kept`);
  }, 120_000);

  it("names a server that does not answer", async () => {
    const gone = await startFakeOpenAI();
    await gone.close();
    const { code, stderr } = await withServer(gone.baseURL, "empty-cache");
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain(new URL(gone.baseURL).host);
  }, 120_000);
});
