/** Migrates the table of a database in a folder, saying how far it is, until it is killed: `FOLDER ADAPTER`. */
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { migrate, pgvectorTable } from "embedtune/migrate";
import { loadAdapter } from "embedtune/node";

const [dataDir, adapterFile, to] = process.argv.slice(2);
const db = await PGlite.create({ dataDir, extensions: { vector } });
const source = pgvectorTable(db, { table: "docs" });
const target = to === "column" ? source.newColumn("adapted") : source.newTable("adapted");
await migrate(source, await loadAdapter(adapterFile), target, {
  rowsPerBlock: 50,
  onProgress: ({ done }) => process.stdout.write(`${done}\n`),
});
