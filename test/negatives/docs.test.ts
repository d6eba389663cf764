import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";

const page = readFileSync(new URL("../../docs/negatives.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]);
const folder = fileURLToPath(new URL("../../.cache/negatives-docs/", import.meta.url));

describe("docs/negatives.md", () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has code", () => {
    expect(blocks.length).toBeGreaterThan(0);
  });

  for (const [i, code] of blocks.entries()) {
    it(`has code that runs: block ${i + 1}`, async () => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}block-${i}.ts`, code);
      const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
      try {
        await import(/* @vite-ignore */ `${folder}block-${i}.ts`);
        expect(log).toHaveBeenCalled();
        expect(JSON.stringify(log.mock.calls)).not.toMatch(/null|NaN/);
      } finally {
        log.mockRestore();
      }
    });
  }
});
