import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { encodeNpy, fromRows } from "embedtune";
import { verbs } from "../../src/cli/verbs/verbs.js";
import { runCommand, spawnCommand } from "./run-command.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/command.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "embedtune-command-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

describe("embedtune --help", () => {
  it("names every verb and every exit code", async () => {
    const { code, stdout, stderr } = await runCommand(["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const verb of Object.keys(verbs))
      expect(stdout).toMatch(new RegExp(`^  ${verb} +\\w`, "m"));
    for (const exit of ["0", "1", "2", "130"]) {
      expect(stdout).toMatch(new RegExp(`^  ${exit}  \\w`, "m"));
    }
    expect((await runCommand([])).stdout).toBe(stdout);
  });

  it.each(Object.keys(verbs))(
    "of %s has a usage line, every flag and an example that parses",
    async (verb) => {
      const { code, stdout, stderr } = await runCommand([verb, "--help"]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(new RegExp(`^USAGE\\n  embedtune ${verb} \\S`));
      const examples = stdout
        .replaceAll("\\\n", " ")
        .split("\n")
        .filter(
          (line) =>
            line.startsWith(`  embedtune ${verb} `) &&
            !line.includes("[") &&
            !line.includes("--help"),
        )
        .map((line) => line.trim());
      const shown = examples.filter((line) => /\.\w+|\//.test(line));
      expect(shown.length).toBeGreaterThan(0);
      for (const example of shown) {
        const [, ...args] = [...example.replace(/ \|.*/, "").matchAll(/"([^"]*)"|(\S+)/g)].map(
          ([, quoted, bare]) => quoted ?? bare,
        );
        // Its files are not there; what is wrong is not how it is written.
        expect((await runCommand([...args])).code, example).not.toBe(2);
      }
    },
  );

  it("is what the page says: every verb and every flag stands there", () => {
    for (const [verb, { parameters }] of Object.entries(verbs)) {
      expect(page).toContain(`\n## ${verb}`);
      for (const name of Object.keys(parameters.flags ?? {})) {
        const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
        expect(page, `--${flag} of ${verb}`).toMatch(new RegExp(`--(no-)?${flag}\\b`));
      }
    }
  });
});

describe("the command", () => {
  it("says its version", async () => {
    expect(await runCommand(["--version"])).toEqual({ code: 0, stdout: "1.2.3\n", stderr: "" });
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      version: string;
    };
    expect((await spawnCommand(["--version"])).stdout).toBe(`${version}\n`);
  });

  it("tells where an error came from only when asked", async () => {
    const plain = await runCommand(["inspect", at("none.npy")]);
    expect(plain.stderr).toBe(`${at("none.npy")}: there is no such file\n`);
    const verbose = await runCommand(["inspect", at("none.npy"), "--verbose"]);
    expect(verbose.code).toBe(1);
    expect(verbose.stderr).toContain(plain.stderr);
    expect(verbose.stderr).toMatch(/\n +at .*open-source/);
    expect(verbose.stderr).toContain("caused by Error: ENOENT");
  });

  it("shows progress where there is a terminal, and takes it away", async () => {
    writeFileSync(at("texts.txt"), "one\ntwo\n");
    const shown: string[] = [];
    const flags = ["--embedder", "hashing", "--out", at("v.npy")];
    const status = (line: string): void => void shown.push(line);
    expect((await runCommand(["embed", at("texts.txt"), ...flags], { status })).code).toBe(0);
    expect(shown).toContain("embed 2/2 (100 %)");
    expect(shown.at(-1)).toBe("");
  });

  it("puts no colour and no progress where nobody looks", async () => {
    writeFileSync(at("texts.txt"), "one\ntwo\n");
    const flags = ["--embedder", "hashing", "--out", at("v.npy")];
    for (const args of [["--help"], ["embed", at("texts.txt"), ...flags], ["embed", "--no"]]) {
      const { stdout, stderr } = await spawnCommand(args);
      expect(stdout + stderr).not.toContain("\u001B");
    }
  });

  it("ends quietly when its reader has seen enough", async () => {
    const texts = Array.from({ length: 20_000 }, (_, i) => `text ${i}`).join("\n");
    writeFileSync(at("many.txt"), texts);
    const args = [
      "embed",
      at("many.txt"),
      "--embedder",
      "hashing",
      "--dimensions",
      "64",
      "--out",
      "-",
    ];
    const child = spawn(process.execPath, ["--import", "tsx", `${root}src/cli.ts`, ...args], {
      cwd: root,
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.once("data", () => child.stdout.destroy());
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
    expect(stderr).toBe(`${at("many.txt")} is read as text, one per line\n`);
  });

  // A fresh clone has not built yet; CI builds before it tests.
  it.skipIf(!existsSync(join(root, "dist/cli.js")))(
    "runs as it is built, and needs only the packages of what is asked",
    async () => {
      writeFileSync(at("v.npy"), encodeNpy(fromRows([[3, 4]])));
      cpSync(join(root, "dist"), at("package/dist"), { recursive: true });
      cpSync(join(root, "package.json"), at("package/package.json"));
      for (const name of ["@stricli/core", "seedrandom"]) {
        mkdirSync(dirname(at(`package/node_modules/${name}`)), { recursive: true });
        symlinkSync(join(root, "node_modules", name), at(`package/node_modules/${name}`));
      }
      const run = (...args: string[]) =>
        spawnCommand(args, { script: [at("package/dist/cli.js")], cwd: folder });
      const inspected = await run("inspect", "v.npy");
      expect(inspected).toMatchObject({ code: 0, stderr: "" });
      expect(inspected.stdout).toMatch(/shape +1 × 2/);
      expect((await run("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
      const lines = "one\ntwo\n";
      writeFileSync(at("texts.txt"), lines);
      expect(
        await run("embed", "texts.txt", "--embedder", "hashing", "--out", "w.npy"),
      ).toMatchObject({
        code: 0,
        stderr: "texts.txt is read as text, one per line\n",
      });
      // And this is how one would see that a package is needed.
      expect((await run("inspect", "cache")).code).toBe(1);
      mkdirSync(at("cache"));
      writeFileSync(at("cache/data.mdb"), "");
      expect((await run("inspect", "cache")).stderr).toContain("lmdb");
    },
  );
});
