import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const execute = promisify(execFile);
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** The package as it would be published. */
export interface PackedPackage {
  /** Path of the archive. */
  readonly archive: string;
  /** Paths inside it. */
  readonly files: readonly string[];
  /** Bytes of its files together. */
  readonly unpackedBytes: number;
}

/**
 * Packs the project into `folder`, by way of a copy, so that nothing in the project changes while other tests run. What was
 * built is packed where it is newer than its sources, else they are built first, into the copy.
 */
export async function packPackage(folder: string): Promise<PackedPackage> {
  const copy = join(folder, "copy");
  await mkdir(copy);
  for (const name of ["package.json", "README.md", "CHANGELOG.md", "LICENSE", "NOTICE"]) {
    await cp(join(root, name), join(copy, name));
  }
  if (await isBuilt()) await cp(join(root, "dist"), join(copy, "dist"), { recursive: true });
  else {
    const tsup = join(root, "node_modules", "tsup", "dist", "cli-default.js");
    await execute(process.execPath, [tsup, "--out-dir", join(copy, "dist")], { cwd: root });
  }
  const { stdout } = await execute(
    npm,
    ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
    { cwd: copy },
  );
  const [{ filename, files, unpackedSize }] = Object.values(JSON.parse(stdout) as object) as {
    filename: string;
    files: { path: string }[];
    unpackedSize: number;
  }[];
  await rm(copy, { recursive: true });
  return {
    archive: join(folder, filename),
    files: files.map(({ path }) => path),
    unpackedBytes: unpackedSize,
  };
}

/** Whether the declarations, which are written last, are newer than all that they are made of. */
async function isBuilt(): Promise<boolean> {
  const modified = async (path: string): Promise<number> =>
    stat(join(root, path)).then(
      ({ mtimeMs }) => mtimeMs,
      () => NaN,
    );
  const sources = await readdir(join(root, "src"), { recursive: true });
  const paths = ["package.json", "tsup.config.ts", ...sources.map((name) => join("src", name))];
  const times = await Promise.all(paths.map(modified));
  return (await modified("dist/index.d.ts")) > Math.max(...times);
}

/**
 * Installs an archive into an empty project, as `npm install` does.
 *
 * @returns `false` where the registry cannot be reached and npm's cache lacks a dependency.
 */
export async function installPackage(archive: string, project: string): Promise<boolean> {
  await mkdir(project, { recursive: true });
  await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  const quiet = ["--no-audit", "--no-fund", "--loglevel", "error", "--fetch-retries", "0"];
  try {
    await execute(npm, ["install", archive, "--prefer-offline", "--ignore-scripts", ...quiet], {
      cwd: project,
    });
    return true;
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string };
    const codes = /\b(ENOTFOUND|ENOTCACHED|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|E40[13])\b/;
    if (codes.test(stderr ?? "")) return false;
    throw error;
  }
}

/** Runs `work` with an empty folder, which is removed afterwards. */
export async function withEmptyFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "embedtune-package-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
