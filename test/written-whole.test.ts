import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What writes beside the place and renames, and what builds a source file here. */
const writers = [
  "src/adapter/whole-file.ts",
  "src/cli/files/output.ts",
  "examples/shared/write-whole.ts",
  "src/math/kernel/build.ts",
  "src/report/page/build-script.ts",
];

it("everything that the library or an example writes is written beside its place and renamed", () => {
  const files = ["src", "examples"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(folder, file)),
  );
  expect(files).toEqual(expect.arrayContaining(writers));
  const inPlace = files.filter(
    (file) =>
      !writers.includes(file) &&
      /\b(writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream)\(/.test(
        readFileSync(join(root, file), "utf8"),
      ),
  );
  expect(inPlace).toEqual([]);
});
