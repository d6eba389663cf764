import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A program over the library's source, in TypeScript, as one script with nothing left to import but `external`. */
export async function bundleCore(
  folder: string,
  program: string,
  { format, external = [] }: { format: "esm" | "iife"; external?: readonly string[] },
): Promise<string> {
  const entry = join(folder, "entry.ts");
  const outfile = join(folder, format === "esm" ? "program.mjs" : "program.js");
  await writeFile(entry, program);
  const options: BuildOptions = {
    ...{ entryPoints: [entry], outfile, format, bundle: true, external: [...external] },
    ...{
      platform: "browser",
      target: "es2023",
      logLevel: "error",
      nodePaths: [join(root, "node_modules")],
    },
    alias: {
      "embedtune/math": join(root, "src/math.ts"),
      "embedtune/train": join(root, "src/train.ts"),
      embedtune: join(root, "src/index.ts"),
    },
  };
  await build(options);
  return outfile;
}

/** Where the program that all runtimes run stands. */
export const pipelineFile = join(root, "test/support/whole-pipeline.ts");
