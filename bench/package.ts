/**
 * `npm run bench -- package [--json FILE]`: what the package weighs. Packs it, installs it into an empty project as npm does,
 * and prints the size of what lies there, package by package, as `du -sk` counts it; and what a bundle weighs that imports
 * one thing or another, as size-limit counts it (minified, gzip).
 */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installPackage, packPackage, withEmptyFolder } from "../test/support/packed-package.js";
import type { BenchRow } from "./rows.js";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

export async function run(): Promise<readonly BenchRow[]> {
  const installed = await withEmptyFolder(async (folder) => {
    const { archive, files, unpackedBytes } = await packPackage(folder);
    const project = join(folder, "project");
    if (!(await installPackage(archive, project))) {
      throw new Error("bench: no registry can be reached, and npm's cache lacks a dependency");
    }
    const own = { table: "packed", files: files.length, "unpacked MB": unpackedBytes / 1e6 };
    return [own, ...(await sizesOf(join(project, "node_modules")))];
  });
  return [...installed, ...(await bundles())];
}

/** The folder's size and that of each package in it, the largest first; those below 0.1 MB together. */
async function sizesOf(modules: string): Promise<BenchRow[]> {
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(modules, name)).map((part) => join(name, part)) : name,
  );
  const packages = names.filter((name) => !name.startsWith("."));
  const sizes = await Promise.all(
    packages.map(async (name) => ({ name, kilobytes: await kilobytesOf(join(modules, name)) })),
  );
  const row = (name: string, kilobytes: number): BenchRow => ({
    table: "installed",
    package: name,
    MB: kilobytes / 1024,
  });
  const large = sizes.filter(({ kilobytes }) => kilobytes >= 103);
  const small = sizes.filter((size) => !large.includes(size));
  return [
    row("in all", await kilobytesOf(modules)),
    ...large
      .sort((a, b) => b.kilobytes - a.kilobytes)
      .map(({ name, kilobytes }) => row(name, kilobytes)),
    row(
      `${small.length} smaller ones`,
      small.reduce((sum, { kilobytes }) => sum + kilobytes, 0),
    ),
  ];
}

async function kilobytesOf(path: string): Promise<number> {
  const { stdout } = await execute("du", ["-sk", path]);
  return Number.parseInt(stdout);
}

/** What size-limit says of the entries that package.json names. */
async function bundles(): Promise<BenchRow[]> {
  const { stdout } = await execute(
    process.execPath,
    [join(root, "node_modules", "size-limit", "bin.js"), "--json"],
    { cwd: root },
  ).catch((error: unknown) => error as { readonly stdout: string }); // a limit that is exceeded
  const results = JSON.parse(stdout) as { name: string; size: number; sizeLimit: number }[];
  return results.map(({ name, size, sizeLimit }) => ({
    table: "bundled, kB after gzip",
    import: name,
    kB: size / 1000,
    limit: sizeLimit / 1000,
  }));
}
