import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]);

describe("the README", () => {
  it("names the two commands a newcomer types", () => {
    expect(readme).toContain("npm ci && npm run quickstart");
    expect(readme).toContain("npm ci && npm test");
  });

  it("links only to pages that exist", () => {
    for (const [, target] of readme.matchAll(/\]\(([^)#:]+)\)/g)) {
      expect(() => readFileSync(join(root, target))).not.toThrow();
    }
  });

  it("has code", () => {
    expect(blocks.length).toBeGreaterThan(0);
  });

  for (const [i, code] of blocks.entries()) {
    it(`has code that type-checks and runs: block ${i + 1}`, async () => {
      // Inside the project, so that tsx and tsc resolve "embedtune" to the sources as they do for the examples.
      mkdirSync(join(root, ".cache"), { recursive: true });
      const folder = mkdtempSync(join(root, ".cache", "readme-"));
      try {
        writeFileSync(join(folder, "block.mts"), code);
        writeFileSync(
          join(folder, "tsconfig.json"),
          JSON.stringify({
            extends: "../../tsconfig.json",
            compilerOptions: {
              paths: { embedtune: ["../../src/index.ts"], "embedtune/*": ["../../src/*.ts"] },
            },
            include: ["block.mts"],
          }),
        );
        const run = promisify(execFile);
        const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
        await run(process.execPath, [tsc, "-p", folder]).catch((error: { stdout: string }) => {
          throw new Error(error.stdout);
        });
        const { stdout } = await run(process.execPath, ["--import", "tsx", "block.mts"], {
          cwd: folder,
        });
        expect(stdout).not.toBe("");
        expect(stdout).not.toMatch(/NaN|undefined/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }, 120_000);
  }
});
