import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runExampleScript } from "../support/run-example.js";

const folder = mkdtempSync(join(tmpdir(), "embedtune-mine-"));

function python(...args: string[]): string {
  return execFileSync("python3", args, { encoding: "utf8", stdio: "pipe" });
}

function hasNumPy(): boolean {
  try {
    python("-c", "import numpy");
    return true;
  } catch {
    return false;
  }
}

describe("examples/mine-negatives.ts", () => {
  afterAll(() => rmSync(folder, { recursive: true }));

  it("mines the shipped questions by every method and says how fast", async () => {
    const report = join(folder, "report.json");
    const args = ["--exclude-answers", "--json", report, "--export", folder];
    const { code, stdout, stderr } = await runExampleScript("mine-negatives", args);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const { reports } = JSON.parse(readFileSync(report, "utf8")) as {
      reports: { method: string; mined: number; wanted: number; pairsPerSecond: number }[];
    };
    expect(reports.map(({ method }) => method)).toEqual(["weak", "same-page", "bm25", "nearest"]);
    for (const { method, mined, wanted, pairsPerSecond } of reports) {
      expect(stdout).toContain(method);
      expect(mined).toBeGreaterThan(0);
      expect(mined).toBeLessThanOrEqual(wanted);
      expect(pairsPerSecond).toBeGreaterThan(0);
    }
  }, 120_000);

  it.skipIf(!hasNumPy())(
    "mines what NumPy mines from the same vectors",
    () => {
      expect(python("examples/check-mined.py", folder)).toMatch(/^(\d+) of \1 queries agree/);
    },
    120_000,
  );

  it("names a file that is not there in one sentence", async () => {
    const { code, stdout, stderr } = await runExampleScript("mine-negatives", [
      "--input",
      "no.jsonl",
    ]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^[^\n]*no\.jsonl[^\n]*\n$/);
  }, 120_000);
});
