import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runExampleScript } from "../support/run-example.js";

describe("the example of the report", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "embedtune-report-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("writes the page of the verdict that it prints", async () => {
    const out = join(folder, "new", "page.html");
    const { code, stdout, stderr } = await runExampleScript("report", ["--out", out]);
    expect([stderr, code]).toEqual(["", 0]);
    const [sentence] = stdout.split("\n");
    expect(sentence).toMatch(/^(use it|not shown|leave it): for new questions/);
    expect(readFileSync(out, "utf8")).toContain(sentence);
  }, 240_000);
});
