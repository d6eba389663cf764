import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom } from "../../src/base/random.js";
import { cacheKeys } from "../../src/embed/cache/cache-key.js";
import { decodeVector } from "../../src/embed/cache/vector-record.js";
import { createLmdbStore } from "../../src/embed/stores/lmdb-store.js";
import { startScripted } from "./scripted-server.js";
import { stormVector } from "./fault-kinds.js";

const script = fileURLToPath(new URL("embed-numbered-texts.ts", import.meta.url));
const dimensions = 8;

/** What came of processes that were killed, and of those that went on. */
export interface KillOutcome {
  readonly kills: number;
  readonly texts: number;
  /** Stored rows that are not the vector of their text. */
  readonly wrong: number;
  /** Texts that are not in the cache in the end. */
  readonly lost: number;
  /** Texts asked for though they were in the cache already, or under way in a process that lives. */
  readonly again: number;
  /** Texts that were under way when their process was killed: all that may be paid for twice. */
  readonly inFlight: number;
  /** Of these, those that were asked for once more. */
  readonly repeated: number;
  /** Processes that ended otherwise than they should. */
  readonly failures: number;
}

/**
 * Two processes embed the same texts through one cache on disk; each is killed (SIGKILL) at random moments and started anew, and
 * in the end both are let finish.
 *
 * @param options.share Whether they share their work. Without it both may ask for what both miss; then only what was in the
 *   cache when a process began counts as asked again.
 */
export async function runKillRound(options: {
  readonly seed: number;
  readonly killsEach: number;
  readonly count: number;
  readonly share: boolean;
}): Promise<KillOutcome> {
  const { seed, killsEach, count, share } = options;
  const random = createRandom(`kill-round/${seed}`);
  const path = mkdtempSync(join(tmpdir(), "embedtune-kill-"));
  const store = createLmdbStore({ path });
  const texts = Array.from({ length: count }, (_, i) => `numbered text ${i}`);
  const keys = await cacheKeys("127.0.0.1/fake/8", undefined, texts);
  const keyOf = new Map(texts.map((text, i) => [text, keys[i]]));
  const inStore = async (some: readonly string[]): Promise<Set<string>> => {
    const found = new Set<string>();
    await store.readMany(
      some.map((text) => keyOf.get(text)!),
      (position) => found.add(some[position]),
    );
    return found;
  };

  interface Run {
    readonly known: ReadonlySet<string>;
    readonly asked: Set<string>;
    readonly begun: () => void;
  }
  const runs = new Map<string, Run>();
  /** Texts that may be asked for once more: under way when their process was killed. */
  const excused = new Set<string>();
  const asked = new Set<string>();
  let [again, repeated, inFlight, kills, failures] = [0, 0, 0, 0, 0];

  const server = await startScripted(async ({ inputs, url }, response) => {
    const run = runs.get(url.split("run=")[1]);
    if (run === undefined) {
      response.destroy(); // of a process that is gone by now
      return;
    }
    const known = share ? await inStore(inputs) : run.known;
    for (const text of inputs) {
      const twice = asked.has(text);
      if (known.has(text) || (share && twice && !excused.has(text))) again++;
      if (twice && excused.delete(text)) repeated++;
      asked.add(text);
      run.asked.add(text);
    }
    run.begun();
    await new Promise((resolve) => setTimeout(resolve, 100 + random.integer(200)));
    const data = inputs.map((text, index) => ({
      ...{ object: "embedding", index },
      embedding: [...stormVector(text, dimensions)],
    }));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ object: "list", data }));
  });

  let started = 0;
  const start = async (): Promise<{
    readonly child: ChildProcess;
    readonly name: string;
    readonly begun: Promise<void>;
    readonly ended: Promise<number | null>;
  }> => {
    const name = String(started++);
    let begun = (): void => undefined;
    const first = new Promise<void>((resolve) => (begun = resolve));
    runs.set(name, { known: await inStore(texts), asked: new Set(), begun });
    const args = [`${server.baseURL}?run=${name}`, path, String(count), share ? "share" : "alone"];
    const child = spawn(process.execPath, ["--import", "tsx", script, ...args], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
    return { child, name, begun: first, ended };
  };
  const slot = async (): Promise<void> => {
    for (let k = 0; k < killsEach; k++) {
      const { child, name, begun, ended } = await start();
      const code = await Promise.race([begun.then(() => undefined), ended]);
      if (code === undefined) {
        await new Promise((resolve) => setTimeout(resolve, random.integer(600)));
      }
      if (child.kill("SIGKILL")) kills++;
      const last = await ended;
      if (last !== null && last !== 0) failures++;
      const run = runs.get(name)!;
      runs.delete(name);
      const kept = await inStore([...run.asked]);
      for (const text of run.asked) {
        if (kept.has(text)) continue;
        excused.add(text);
        inFlight++;
      }
    }
    const { ended } = await start();
    if ((await ended) !== 0) failures++;
  };
  try {
    await Promise.all([slot(), slot()]);
    let wrong = 0;
    const found = new Set<number>();
    await store.readMany(keys, (position, value) => {
      found.add(position);
      const expected = stormVector(texts[position], dimensions);
      const vector = decodeVector(value);
      if (vector?.length !== dimensions || vector.some((v, j) => v !== expected[j])) wrong++;
    });
    const lost = count - found.size;
    return { kills, texts: count, wrong, lost, again, inFlight, repeated, failures };
  } finally {
    await server.close();
    await store.close();
    rmSync(path, { recursive: true, force: true });
  }
}
