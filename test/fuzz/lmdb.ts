import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { createRandom, type Random } from "../../src/base/random.js";
import { runConcurrently } from "../../src/base/run-concurrently.js";
import { withCache } from "../../src/embed/cache/cache.js";
import { createLmdbStore } from "../../src/embed/stores/lmdb-store.js";
import { lmdbEmbedder, lmdbTexts } from "./lmdb-texts.js";

export interface LmdbOutcome {
  readonly input: number;
  /** What was done to the files. */
  readonly damage: string;
  /** `refused` at opening, `error` later with the file's name, `right`; `wrong`, `unhandled`, `silent`, a signal or `hang`. */
  readonly kind: string;
  readonly message: string;
}

/** Milliseconds that a child may take, its start on a busy machine included. */
const patience = 120_000;

/**
 * Damages the files of a real cache, each time by its number, and reads and writes it in a process of its own: LMDB maps its file
 * into memory, and what it makes of a damaged one may end the process.
 */
export async function fuzzLmdb(from: number, to: number, jobs = 2): Promise<LmdbOutcome[]> {
  const folder = mkdtempSync(join(tmpdir(), "embedtune-fuzz-lmdb-"));
  // Bundled, a process starts in half the time; here, for it must find lmdb.
  const script = fileURLToPath(
    new URL(`../../node_modules/.cache/fuzz-lmdb-${process.pid}.mjs`, import.meta.url),
  );
  try {
    await build({
      entryPoints: [fileURLToPath(new URL("lmdb-child.ts", import.meta.url))],
      ...{ bundle: true, platform: "node", format: "esm", external: ["lmdb"], outfile: script },
    });
    const whole = join(folder, "whole");
    const store = createLmdbStore({ path: whole });
    const cache = withCache(lmdbEmbedder, store);
    await cache.embed(lmdbTexts);
    await store.removeMany([]);
    const half = withCache(lmdbEmbedder, store, { precision: "float16" });
    await half.embed(lmdbTexts.slice(0, 300));
    await store.close();
    const data = readFileSync(join(whole, "data.mdb"));
    const lock = readFileSync(join(whole, "lock.mdb"));
    const outcomes: LmdbOutcome[] = [];
    const inputs = Array.from({ length: to - from }, (_, i) => from + i);
    const results = runConcurrently(
      inputs,
      async (input) => {
        const path = join(folder, String(input));
        const random = createRandom(`fuzz/lmdb/${input}`);
        const changed = { data: Buffer.from(data), lock: Buffer.from(lock) };
        const damage = damages[input % damages.length](changed, random);
        mkdirSync(path);
        writeFileSync(join(path, "data.mdb"), changed.data);
        writeFileSync(join(path, "lock.mdb"), changed.lock);
        const { kind, message } = await child(script, path);
        rmSync(path, { recursive: true, force: true });
        return { input, damage, kind, message };
      },
      () => jobs,
    );
    for await (const outcome of results) outcomes.push(outcome);
    return outcomes.sort((a, b) => a.input - b.input);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(script, { force: true });
  }
}

type Files = { data: Buffer; lock: Buffer };
type Damage = (files: Files, random: Random) => string;

const pageBytes = 4096;
const pageOf = (data: Buffer, random: Random): number => random.integer(data.length / pageBytes);

function flip(bytes: Buffer, count: number, below: number, random: Random): void {
  for (let i = 0; i < count; i++) bytes[random.integer(below)] ^= 1 << random.integer(8);
}

function noise(bytes: Buffer, random: Random): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.integer(256);
}

const damages: readonly Damage[] = [
  ({ data }, random) => {
    const count = 1 + random.integer(20);
    flip(data, count, data.length, random);
    return `${count} bits`;
  },
  (files, random) => {
    const size = random.integer(files.data.length);
    files.data = files.data.subarray(0, size);
    return `cut to ${size}`;
  },
  ({ data }, random) => {
    const page = pageOf(data, random);
    data.fill(0, page * pageBytes, (page + 1) * pageBytes);
    return `page ${page} of zeros`;
  },
  ({ data }, random) => {
    for (let i = 0; i < 300; i++) data[random.integer(data.length)] = random.integer(256);
    return "300 bytes";
  },
  ({ data }, random) => {
    flip(data, 4, 2 * pageBytes, random);
    return "4 bits of the first pages";
  },
  ({ data }, random) => {
    const page = pageOf(data, random);
    noise(data.subarray(page * pageBytes, (page + 1) * pageBytes), random);
    return `page ${page} of noise`;
  },
  ({ data }, random) => {
    const [a, b] = [pageOf(data, random), pageOf(data, random)];
    const kept = Buffer.from(data.subarray(a * pageBytes, (a + 1) * pageBytes));
    data.copy(data, a * pageBytes, b * pageBytes, (b + 1) * pageBytes);
    kept.copy(data, b * pageBytes);
    return `pages ${a} and ${b} for one another`;
  },
  ({ data }, random) => {
    // Where headers and the places of nodes are.
    const page = pageOf(data, random);
    flip(data.subarray(page * pageBytes), 1 + random.integer(3), 64, random);
    return `bits at the head of page ${page}`;
  },
  ({ data }, random) => {
    // A number of a page, as nodes have them, is another's.
    const numbers: number[] = [];
    for (let at = 0; at + 8 <= data.length; at += 2) {
      const number = data.readUIntLE(at, 6);
      if (number > 1 && number < data.length / pageBytes && data.readUInt16LE(at + 6) < 64) {
        numbers.push(at);
      }
    }
    const at = numbers[random.integer(numbers.length)];
    data.writeUIntLE(2 + random.integer(data.length / pageBytes - 2), at, 6);
    return `a number at ${at}`;
  },
  (files, random) => {
    const [data, size] = [files.data, 1 + random.integer(20_000)];
    const more = Buffer.alloc(size);
    noise(more, random);
    files.data = Buffer.concat([data, more]);
    return `${size} bytes more`;
  },
  (files, random) => {
    if (random.integer(3) === 0) files.lock = files.lock.subarray(0, random.integer(300));
    else noise(files.lock, random);
    return "the lock file";
  },
  ({ data }, random) => {
    // An older state of a page: part of it was never written.
    const page = pageOf(data, random);
    const from = random.integer(8) * 512;
    data.fill(0, page * pageBytes + from, page * pageBytes + from + 512);
    return `a block of page ${page} of zeros`;
  },
];

async function child(script: string, path: string): Promise<{ kind: string; message: string }> {
  const process_ = spawn(process.execPath, [script, path], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [text, errors] = ["", ""];
  process_.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  process_.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  let hung = false;
  const watch = setTimeout(() => {
    hung = true;
    process_.kill("SIGKILL");
  }, patience);
  const signal = await new Promise<string | null>((resolve) => {
    process_.on("close", (_, name) => resolve(name));
  });
  clearTimeout(watch);
  if (hung) return { kind: "hang", message: text };
  if (signal !== null) return { kind: signal, message: errors.slice(0, 300) };
  const outcomes = [...text.matchAll(/^OUTCOME (\w+) ?(.*)$/gm)].map(([, kind, message]) => ({
    kind,
    message,
  }));
  // Of several, what must not be comes first.
  const order = ["wrong", "unhandled", "error", "refused", "right"];
  outcomes.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return outcomes[0] ?? { kind: "silent", message: errors.slice(0, 300) };
}
