import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom, type Adapter } from "embedtune";
import { createMatrix } from "embedtune/math";
import { migrate, pgvectorTable } from "embedtune/migrate";
import { saveAdapter } from "embedtune/node";
import { importPglite } from "../../support/pglite.js";
import { pglite } from "./databases.js";

const folder = mkdtempSync(join(tmpdir(), "embedtune-crash-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const random = createRandom("crash");
const weights = createMatrix(16, 16);
for (let i = 0; i < weights.data.length; i++) weights.data[i] = random.normal();
const side = { center: null, weights };
const adapter: Adapter = {
  ...{ inputDimensions: 16, outputDimensions: 16, query: side, passage: side },
  metadata: { embedder: null, method: "test" },
};

describe.skipIf((await importPglite()) === null)("a migration that is killed, PGlite", () => {
  it.each(["column", "table"] as const)("is gone on with where it was, to a new %s", async (to) => {
    const dataDir = join(folder, to);
    const file = join(folder, "adapter.safetensors");
    await saveAdapter(file, adapter);
    const filling = await pglite(dataDir);
    await filling.exec("create table docs (id int primary key, embedding vector(16))");
    const rows = 3000;
    const values = Array.from({ length: rows }, (_, id) => {
      const vector = Array.from({ length: 16 }, () => random.normal());
      return `(${id}, '[${vector.join(",")}]')`;
    });
    await filling.exec(`insert into docs values ${values.join(", ")}`);
    await filling.close();

    const script = fileURLToPath(new URL("crash-child.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", script, dataDir, file, to], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => {
      child.on("exit", (_, signal) => resolve(signal));
    });
    let done = 0;
    for await (const chunk of child.stdout) {
      done = Number(String(chunk).trim().split("\n").at(-1));
      if (done >= 500) child.kill("SIGKILL");
    }
    expect(await ended).toBe("SIGKILL");

    const db = await pglite(dataDir);
    const source = pgvectorTable(db, { table: "docs" });
    const target = to === "column" ? source.newColumn("adapted") : source.newTable("adapted");
    const migration = await migrate(source, adapter, target, { sample: rows, switchOver: true });
    expect(migration.rows).toBe(rows);
    expect(migration.written).toBeGreaterThan(0);
    // A block may have been written without being told.
    expect(migration.written).toBeLessThanOrEqual(rows - done);
    await db.close();
  });
});
