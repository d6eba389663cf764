import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readScores } from "../../src/cli/evaluate/read-scores.js";
import { runCommand } from "./run-command.js";

let folder: string;
const write = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedtune-pairs-"));
});
afterAll(() => rm(folder, { recursive: true }));

const lines = (scores: readonly number[]): string =>
  scores.map((score, i) => JSON.stringify({ score, label: +(i < 2) })).join("\n");

describe("embedtune evaluate, of scored pairs", () => {
  it("gives the named figures of a file of scores", async () => {
    const file = await write("scores.jsonl", lines([0.9, 0.8, 0.7, 0.6]));
    const { stdout } = await runCommand(["evaluate", file, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      n: 4,
      baseRate: 0.5,
      accuracy: 1,
      standardError: 0,
      tieSafe: { threshold: 0.75, accuracy: 1 },
      notebook: { threshold: 0.7, accuracy: 1, standardError: 0 },
      rocAuc: 1,
      averagePrecision: 1,
    });
    const table = await runCommand(["evaluate", file]);
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/base rate +50.0 %/);
    expect(table.stdout).toContain("which flatters");
  });

  it("fits the threshold on another file where one is named", async () => {
    const file = await write("test.jsonl", lines([0.9, 0.8, 0.7, 0.6]));
    const fit = await write("train.jsonl", lines([0.5, 0.4, 0.3, 0.2]));
    const { stdout } = await runCommand(["evaluate", file, "--fit", fit, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      thresholdFittedOn: fit,
      thresholdFittedHere: false,
      accuracy: 0.5,
    });
    // All are accepted there.
    const table = await runCommand(["evaluate", file, "--fit", fit]);
    expect(table.stdout).toMatch(/^MCC +0\.0000 at 0\.350, at best 1\.0000 at 0\.750$/m);
  });

  it("ends with one sentence on stderr and exit code 1 when a line is broken", async () => {
    const file = await write("broken.jsonl", '{"score": 1, "label": 1}\n{"score": 0.5,');
    const { code, stdout, stderr } = await runCommand(["evaluate", file]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain(`${file}:2: not valid JSON`);
  });
});

describe("reading scores", () => {
  const good = '{"score": 0.5, "label": 1}\n';
  it.each([
    [
      "a score of NaN",
      `${good}{"score": NaN, "label": 1}`,
      ":2: score must be a finite number, received NaN",
    ],
    [
      "a score as text",
      `{"score": "0.5", "label": 1}`,
      ':1: score must be a finite number, received "0.5"',
    ],
    ["a missing score", `{"label": 1}`, ":1: score must be a finite number, received nothing"],
    [
      "a score beyond doubles",
      `{"score": 1e999, "label": 1}`,
      ":1: score must be a finite number, received Infinity",
    ],
    [
      "a bad label",
      `${good}{"score": 1, "label": "yes"}`,
      ':2: label must be 0 or 1, received "yes"',
    ],
    ["a line that is no object", `${good}[1, 0]`, ":2: expected a JSON object, received [1,0]"],
    [
      "an empty line between others",
      `${good}\n${good}`,
      ":2: expected a JSON object, received an empty line",
    ],
    ["an empty file", "", ": expected lines of"],
  ])("refuses %s, naming file and line", async (_, text, message) => {
    const file = await write("bad.jsonl", text);
    await expect(readScores(file)).rejects.toThrow(file + message);
  });

  it("names a missing file", async () => {
    const file = join(folder, "missing.jsonl");
    await expect(readScores(file)).rejects.toThrow(`${file}: there is no such file`);
  });

  it("takes empty lines at the end as white space", async () => {
    const file = await write("end.jsonl", `${good}\n \n`);
    expect(await readScores(file)).toEqual({ scores: [0.5], labels: [1] });
  });
});
