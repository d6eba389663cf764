/**
 * Compiles assembly/kernel.ts to WebAssembly and writes it, as base64, into wasm.generated.ts: `npm run build:kernel`.
 * The result is committed, so that installing and bundling need no compiler; a test rebuilds and compares.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));

async function compile(features: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "embedtune-kernel-"));
  try {
    const outFile = join(folder, "kernel.wasm");
    const { error, stderr } = await asc.main([
      join("assembly", "kernel.ts"),
      ...["--baseDir", here, "--outFile", outFile, "--noAssert", "--runtime", "stub"],
      ...["--optimizeLevel", "3", "--shrinkLevel", "1"],
      ...["--importMemory", "--noExportMemory", "--initialMemory", "2", "--maximumMemory", "65536"],
      ...features.flatMap((feature) => ["--enable", feature]),
    ]);
    if (error)
      throw new Error(`kernel: the compiler said:\n${stderr.toString()}`, { cause: error });
    return readFileSync(outFile).toString("base64");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The text of wasm.generated.ts. */
export async function generate(): Promise<string> {
  const plain = await compile(["simd"]);
  const fused = await compile(["simd", "relaxed-simd"]);
  return [
    "// Written by `npm run build:kernel` from assembly/*.ts. Do not edit.",
    "",
    "/** WebAssembly SIMD, base64. */",
    `export const simdKernel =\n  "${plain}";`,
    "",
    "/** The same source with the fused multiply-add of relaxed SIMD, base64. */",
    `export const fusedKernel =\n  "${fused}";`,
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(here, "wasm.generated.ts"), await generate());
}
