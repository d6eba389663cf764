/**
 * `npm run bench -- nodes [--tests test/math,test/package] [--others] [--json FILE]`: the suite, or the named part of it, on
 * this Node (but with `--others`) and on those that `npm ci --prefix test/runtimes` installs, and what each counts. The
 * suite takes some ten minutes a Node.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchOptions, BenchRow } from "./rows.js";

const root = fileURLToPath(new URL("..", import.meta.url));

export function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const tests = options.get("tests")?.split(",") ?? [];
  const installed = ["node-22", "node-24"].map((name) =>
    join(root, "test/runtimes/node_modules", name, "bin/node"),
  );
  const nodes = options.has("others") ? installed : [process.execPath, ...installed];
  const rows = nodes.filter(existsSync).map((node) => suite(node, tests));
  if (rows.some(({ failed }) => failed !== 0)) process.exitCode = 1;
  return Promise.resolve(rows);
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly numPendingTests: number;
}

function suite(node: string, tests: readonly string[]): BenchRow {
  const folder = mkdtempSync(join(tmpdir(), "embedtune-nodes-"));
  const started = performance.now();
  try {
    const file = join(folder, "tests.json");
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${file}`];
    const config = ["--config", ".config/vitest.config.js"];
    const { status } = spawnSync(node, [vitest, "run", ...config, ...reporters, ...tests], {
      ...{ cwd: root, stdio: ["ignore", "ignore", "inherit"] },
      // What a test starts as `node` is this one, too.
      env: { ...process.env, PATH: `${join(node, "..")}:${process.env["PATH"] ?? ""}` },
    });
    if (!existsSync(file)) throw new Error(`bench: the suite on ${node} left no count`);
    const report = JSON.parse(readFileSync(file, "utf8")) as Report;
    const failed = Math.max(
      report.numFailedTests,
      report.numFailedTestSuites,
      status === 0 ? 0 : 1,
    );
    return {
      ...{ table: "nodes", node: versionOf(node), passed: report.numPassedTests, failed },
      ...{ skipped: report.numPendingTests, seconds: (performance.now() - started) / 1000 },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function versionOf(node: string): string {
  return spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
}
