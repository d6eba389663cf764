import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runExampleScript } from "../support/run-example.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-search-log-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("examples/search-log.ts", () => {
  it("writes a log, and finds labels in it that are right more often than clicks are", async () => {
    const output = join(folder, "new", "log.jsonl");
    const { code, stdout, stderr } = await runExampleScript("search-log", [
      ...["--output", output, "--searches", "8000"],
    ]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(existsSync(output)).toBe(true);
    expect(stdout).toContain("8000 searches");
    const share = (name: string): number =>
      Number(new RegExp(`^${name} +\\d+ +\\d+ +([\\d.]+) %$`, "m").exec(stdout)?.[1]);
    expect(share("labels 1")).toBeGreaterThan(2 * share("every click"));
    expect(share("labels 0")).toBeGreaterThan(98);
    expect(stdout).toMatch(/^(use it|leave it|not shown): /m);
  });
});
