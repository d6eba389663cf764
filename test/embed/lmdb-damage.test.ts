import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFunctionEmbedder, createMemoryStore, withCache, type Matrix } from "embedtune";
import { createLmdbStore } from "embedtune/node";
import { createOpenAIEmbedder } from "embedtune/openai";
import { createRandom } from "../../src/base/random.js";
import type { StoreWriteError } from "../../src/embed/cache/stored-vectors.js";
import { rowOf } from "../../src/math/matrix.js";
import { failureOf } from "../support/failure-of.js";
import { fakeVector } from "../support/fake-openai-server.js";
import { rightAnswer } from "../support/scripted-server.js";
import { startUnconnected } from "../support/unconnected-server.js";
import { damageOf } from "../../src/embed/stores/lmdb-file.js";

let path = "";
beforeEach(() => (path = mkdtempSync(join(tmpdir(), "embedtune-"))));
afterEach(() => rmSync(path, { recursive: true, force: true }));

const embedder = createFunctionEmbedder((texts) => texts.map((text) => [text.length, 1]), {
  ...{ id: "mine/m", symmetric: true, batchSize: 2, dimensions: 2 },
});
const texts = ["a", "bb", "ccc", "dddd", "a", "eeeee"];

describe("a store that cannot be written", () => {
  it("ends the call with one error that hands back everything that was paid for", async () => {
    const store = createMemoryStore();
    let writes = 0;
    const full = {
      ...store,
      writeMany: async (entries: Parameters<typeof store.writeMany>[0]) => {
        if (++writes === 2) throw new Error("/the/cache: the database cannot be written (full)");
        return store.writeMany(entries);
      },
    };
    const error: unknown = await withCache(embedder, full)
      .embed(texts)
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      name: "StoreWriteError",
      message: "/the/cache: the database cannot be written (full)",
    });
    const { embedded } = error as { embedded: { indices: number[]; vectors: Matrix } };
    expect(embedded.indices).toEqual([0, 1, 2, 3, 4]);
    expect([...embedded.vectors.data]).toEqual([1, 1, 2, 1, 3, 1, 4, 1, 1, 1]);
  });

  it("hands back what was on its way, too, and nothing more is asked for", async () => {
    const server = startUnconnected((request) => ({ status: 200, body: rightAnswer(request) }));
    try {
      const embedder = createOpenAIEmbedder({
        ...{ baseURL: server.baseURL, model: "m", concurrency: 4, maxInputsPerRequest: 10 },
        requestsPerMinute: 1000, // so that the first request does not go alone
      });
      const writeMany = async () => {
        for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
        throw new Error("full");
      };
      const many = Array.from({ length: 500 }, (_, i) => `text ${i}`);
      const error = await failureOf(
        withCache(embedder, { ...createMemoryStore(), writeMany }).embed(many),
      );
      const { indices, vectors } = (error as StoreWriteError).embedded!;
      const asked = server.log.flatMap(({ inputs }) => inputs);
      expect(asked.length).toBeGreaterThan(30);
      expect(asked.length).toBeLessThan(100);
      expect(indices.map((i) => many[i]).sort()).toEqual(asked.sort());
      for (const [k, i] of indices.entries()) {
        expect(rowOf(vectors, k)).toEqual(fakeVector(many[i], 4, "m"));
      }
    } finally {
      server.close();
    }
  });

  it("on a full disk leaves nothing unhandled, and can still be read and closed", () => {
    const script = `
      import { createLmdbStore } from ${JSON.stringify(new URL("../../dist/node.js", import.meta.url).href)};
      process.on("SIGXFSZ", () => undefined);
      const store = createLmdbStore({ path: ${JSON.stringify(path)} });
      const entries = (b) => Array.from({ length: 100 }, (_, i) => [b + "/" + i, new Uint8Array(1040).fill(b)]);
      let b = 0;
      try { for (; b < 100; b++) await store.writeMany(entries(b)); } catch (error) { console.log("once:", error.message); }
      let found = 0;
      await store.readMany(entries(b - 1).map(([key]) => key), () => found++);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await store.close();
      console.log("found", found);
    `;
    const file = join(path, "write.mjs");
    writeFileSync(file, script);
    const { stdout, stderr, status } = spawnSync(
      "sh",
      ["-c", `ulimit -f 4000; exec "${process.execPath}" "${file}"`],
      { encoding: "utf8", timeout: 20_000 },
    );
    expect(stderr).toBe("");
    expect(stdout).toMatch(
      new RegExp(
        `^once: ${path}: the database cannot be written \\(.*; make room there \\(\\d+ MB are free\\) and call again: what is stored is not asked for again\\)\nfound 100\n$`,
      ),
    );
    expect(status).toBe(0);
  });
});

describe("a damaged data.mdb", () => {
  const file = (): string => join(path, "data.mdb");
  async function filled(): Promise<Buffer> {
    const store = createLmdbStore({ path });
    const many = Array.from({ length: 500 }, (_, i) => `text ${i}`);
    await withCache(embedder, store).embed(many);
    await store.close();
    expect(damageOf(file())).toBeUndefined();
    return readFileSync(file());
  }
  const refusal = (what: string): string =>
    `createLmdbStore: ${file()} is damaged: ${what}; restore it from a copy, or remove the folder and embed its texts again`;

  it("is refused at opening where it was cut, with the file and what to do", async () => {
    const { length } = await filled();
    for (const size of [length - 4096, length >> 1, 4096 * 3, 5000, 100]) {
      truncateSync(file(), size);
      expect(() => createLmdbStore({ path })).toThrow(
        size > 4256
          ? refusal(`it has ${size} bytes of ${length}`)
          : refusal(`it ends within page ${size > 4096 ? 1 : 0}`),
      );
    }
  });

  it("is refused at opening where its first pages were overwritten", async () => {
    const good = await filled();
    for (const [offset, value, words] of [
      [24, 0, "page 0 is no page of LMDB's"],
      [4096 + 24, 0, "page 1 is no page of LMDB's"],
      [28, 77, "page 0 is of version 77"],
      [0x30, 1234, "page 0 names pages of 1234 bytes"],
      [0x88, 0x7fff_0000, "page 0 names a page behind the last one"],
      [4096 + 0x88, 0x7fff_0000, "page 1 names a page behind the last one"],
    ] as const) {
      const bad = Buffer.from(good);
      bad.writeUInt32LE(value, offset);
      bad.writeUInt32LE(
        offset === 0x88 || offset === 4096 + 0x88 ? 0 : bad.readUInt32LE(offset + 4),
        offset + 4,
      );
      writeFileSync(file(), bad);
      expect(() => createLmdbStore({ path })).toThrow(refusal(words));
    }
  });

  it("is told from a whole one at every moment of use", async () => {
    const store = createLmdbStore({ path });
    for (let round = 0; round < 60; round++) {
      const keys = Array.from({ length: 20 }, (_, i) => `${round % 7}/${i}`);
      await store.writeMany(keys.map((key) => [key, new Uint8Array(10 + ((round * 997) % 9000))]));
      if (round % 3 === 0) await store.removeMany(keys);
      expect(damageOf(file())).toBeUndefined();
    }
    await store.close();
    expect(statSync(file()).size).toBeGreaterThan(0);
  });

  it("is not seen in a file that another process is writing", async () => {
    const script = join(path, "write.mjs");
    writeFileSync(
      script,
      `import { createLmdbStore } from ${JSON.stringify(new URL("../../dist/node.js", import.meta.url).href)};
      const store = createLmdbStore({ path: ${JSON.stringify(path)} });
      for (let round = 0; ; round++) {
        const keys = Array.from({ length: 50 }, (_, i) => (round % 9) + "/" + i);
        await store.writeMany(keys.map((key) => [key, new Uint8Array(10 + ((round * 997) % 9000))]));
        if (round % 3 === 0) await store.removeMany(keys);
        if (round === 30) console.log("writing");
        if (round % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }`,
    );
    const writer = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await once(writer.stdout, "data");
      for (let look = 0; look < 40; look++) {
        expect(damageOf(file())).toBeUndefined();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(writer.exitCode).toBeNull();
    } finally {
      writer.kill("SIGKILL");
      await once(writer, "exit");
    }
  });

  it("inside is refused at opening where its pages are looked at", async () => {
    const good = await filled();
    const state = createRandom("lmdb pages");
    let refused = 0;
    for (let k = 0; k < 60; k++) {
      const bad = Buffer.from(good);
      const page = 2 + state.integer(good.length / 4096 - 2);
      bad.fill(state.integer(256), page * 4096, (page + 1) * 4096);
      writeFileSync(file(), bad);
      if (/^(page \d+|a tree|the list)/.test(damageOf(file()) ?? "")) refused++;
      else expect(damageOf(file())).toBeUndefined();
    }
    // The others are pages that nothing names any more.
    expect(refused).toBeGreaterThan(20);
  });

  it("is an error that names it where LMDB sees the damage later", async () => {
    const good = await filled();
    const bad = Buffer.from(good);
    bad.fill(0, 8192);
    writeFileSync(file(), bad);
    const store = createLmdbStore({ path, checkPages: false });
    await expect(withCache(embedder, store).embed(["text 1"])).rejects.toThrow(
      /the database cannot be read \(MDB_.*\); .*data\.mdb is damaged: restore it/,
    );
    await store.close();
  });

  it("may stand in a folder with a dot in its name", async () => {
    const dotted = join(path, "embeddings-3.small");
    const store = createLmdbStore({ path: dotted });
    await store.writeMany([["key", new Uint8Array(1)]]);
    await store.close();
    expect(statSync(join(dotted, "data.mdb")).isFile()).toBe(true);
  });
});
