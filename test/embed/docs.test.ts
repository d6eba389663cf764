import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startFakeOpenAI, type FakeOpenAIServer } from "../support/fake-openai-server.js";

const page = readFileSync(new URL("../../docs/embed.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]);
const folder = fileURLToPath(new URL("../../.cache/embed-docs/", import.meta.url));

describe("docs/embed.md", () => {
  let server: FakeOpenAIServer;
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    server = await startFakeOpenAI({ dimensions: 1536, batchLooks: 1 });
    vi.stubEnv("OPENAI_BASE_URL", server.baseURL);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
    await server.close();
  });

  it("has code", () => {
    expect(blocks.length).toBe(4);
  });

  for (const [i, code] of blocks.entries()) {
    // A Redis server is not there everywhere; test/embed/vector-store.test.ts runs where one is.
    it.skipIf(code.includes("redis://"))(`has code that runs: block ${i + 1}`, async () => {
      const errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
      const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
      try {
        const local = code.replaceAll('".cache/embeddings"', JSON.stringify(`${folder}store-${i}`));
        writeFileSync(`${folder}block-${i}.ts`, local);
        await import(/* @vite-ignore */ `${folder}block-${i}.ts`);
        expect(errors).not.toHaveBeenCalled();
      } finally {
        log.mockRestore();
        errors.mockRestore();
      }
    });
  }
});
