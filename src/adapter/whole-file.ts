import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

let counter = 0;

/** This machine's name in the names of files: another one's processes cannot be asked whether they are alive. */
const nameOfHost = (): string =>
  hostname()
    .replace(/[^\w-]/g, "")
    .slice(0, 32) || "host";
const dayMs = 86_400_000;

/** Where a file is written before it is renamed: beside its place, under a name that no other process and no other call uses. */
export function partialPath(path: string): string {
  return `${path}.${nameOfHost()}.${process.pid}.${counter++}.partial`;
}

/**
 * Removes what killed processes have left beside a path: of processes of this machine that are gone, and of others when nobody has
 * written it for a day. Never fails: it is no part of what is being written.
 */
export async function removeStalePartials(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  const host = nameOfHost();
  const names = await readdir(dirname(path)).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const found = /^([\w-]+)\.(\d+)\.\d+\.partial$/.exec(name.slice(prefix.length));
    if (found === null) continue;
    const partial = join(dirname(path), name);
    const pid = Number(found[2]);
    const here = found[1] === host;
    // A number is used again, in a container even by the next process.
    if (here && pid !== process.pid && !isGone(pid)) continue;
    const { mtimeMs } = await stat(partial).catch(() => ({ mtimeMs: Infinity }));
    if ((here && isGone(pid)) || Date.now() - mtimeMs > dayMs) {
      await rm(partial, { force: true }).catch(() => undefined);
    }
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0); // asks, and sends nothing
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === "ESRCH";
  }
}

/**
 * Writes a file that appears whole or not at all: it is written beside its place and renamed.
 *
 * @param what What is written, for the message, e.g. `"the adapter"`.
 * @throws Error naming the path when it cannot be written.
 */
export async function writeWholeFile(path: string, bytes: Uint8Array, what: string): Promise<void> {
  const partial = partialPath(path);
  await removeStalePartials(path);
  try {
    await writeFile(partial, bytes, { flush: true });
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new Error(`${path}: cannot write ${what}: ${(cause as Error).message}`, { cause });
  }
}

/** @throws Error naming the path when the file is missing or cannot be read. */
export async function readWholeFile(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Error(`${path}: cannot read ${what}: ${(cause as Error).message}`, { cause });
  }
}
