import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identityAdapter } from "embedtune";
import { saveAdapter } from "embedtune/node";
import { partialPath } from "../../src/adapter/whole-file.js";
import { withOutput } from "../../src/cli/files/output.js";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "embedtune-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A name as a process writes it beside `a.safetensors`. */
const partialOf = (pid: number, path = join(folder, "a.safetensors")): string =>
  partialPath(path).replace(`.${process.pid}.`, `.${pid}.`);
const write = (path: string, ageMs = 0): void => {
  writeFileSync(path, "half");
  const then = (Date.now() - ageMs) / 1000;
  utimesSync(path, then, then);
};
const left = (): string[] => readdirSync(folder).filter((name) => name.endsWith(".partial"));
const hourMs = 3_600_000;

const writers: readonly [string, () => Promise<void>][] = [
  ["an adapter", () => saveAdapter(join(folder, "a.safetensors"), identityAdapter(2, "m"))],
  [
    "the command's output",
    () =>
      withOutput(join(folder, "a.safetensors"), {} as never, async (sink) => sink.write("whole")),
  ],
];

for (const [what, save] of writers) {
  describe(`what a killed process has left beside ${what}`, () => {
    it("is removed by the next write there", async () => {
      const { pid } = spawnSync(process.execPath, ["-e", ""]); // gone by now
      write(partialOf(pid));
      expect(left()).toHaveLength(1);
      await save();
      expect(readdirSync(folder)).toEqual(["a.safetensors"]);
    });

    it("is left alone while its process lives, or may live on another machine", async () => {
      const sibling = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"]);
      try {
        write(partialOf(sibling.pid!), 48 * hourMs);
        write(partialPath(join(folder, "a.safetensors"))); // another call's
        write(join(folder, "a.safetensors.elsewhere.1.0.partial"), 23 * hourMs);
        const before = left();
        await save();
        expect(left()).toEqual(before);
      } finally {
        sibling.kill();
        await once(sibling, "exit");
      }
    });

    it("is removed after a day whoever wrote it, and nothing that only looks like it", async () => {
      const { pid } = spawnSync(process.execPath, ["-e", ""]);
      write(join(folder, "a.safetensors.elsewhere.1.0.partial"), 25 * hourMs);
      const others = [
        "a.safetensors.partial", // a migration's, which is taken up again
        "a.safetensors.copy.partial",
        `a.safetensors.old.${pid}.partial`,
        "b.safetensors.elsewhere.1.0.partial",
      ];
      for (const name of others) write(join(folder, name), 48 * hourMs);
      await save();
      expect(left().sort()).toEqual(others.sort());
    });
  });
}
