import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { readIdColumn, readVectors } from "../../src/cli/files/read-all.js";
import { npyPreamble } from "../../src/data/sources/npy.js";

const folder = mkdtempSync(join(tmpdir(), "embedtune-read-all-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { signal } = new AbortController();

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe("a file that the command reads whole", () => {
  it("is refused as soon as it has more bytes than its header says, however many it unpacks to", async () => {
    // What comes after is damaged: it is never reached.
    const packed = gzipSync(Buffer.concat([npyPreamble(4, 3), Buffer.alloc(2 ** 24)]), {
      level: 1,
    });
    packed.fill(0xff, packed.length - 2000);
    await expect(readVectors(file("zeros.npy.gz", packed), signal)).rejects.toThrow(
      /zeros\.npy\.gz: the file must have at most 176 bytes, received more$/,
    );
    const text = gzipSync(Buffer.alloc(2 ** 24, "x"), { level: 1 });
    text.fill(0xff, text.length - 2000);
    await expect(readVectors(file("text.npy.gz", text), signal)).rejects.toThrow(
      "text.npy.gz: the bytes must be a .npy file",
    );
  });

  it("gives ids without the byte order marks of files that were joined", async () => {
    expect(await readIdColumn(file("ids.txt", "\ufeffa\n\ufeffb\r\nc\n"), signal)).toEqual([
      "a",
      "b",
      "c",
    ]);
  });
});
