/**
 * Compiles assembly/kernel.ts, kernel-wide.ts, scan.ts, training.ts, cosines.ts and eigen.ts to WebAssembly and writes them, as hexadecimal
 * digits, into wasm.generated.ts: `npm run build:kernel`.
 * The result is committed, so that installing and bundling need no compiler; a test rebuilds and compares. In hexadecimal digits what two
 * modules share is the same text wherever it begins, and compression finds it; in base64 it is not.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));

async function compile(entry: string, features: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "embedtune-kernel-"));
  try {
    const outFile = join(folder, "kernel.wasm");
    const { error, stderr } = await asc.main([
      join("assembly", entry),
      ...["--baseDir", here, "--outFile", outFile, "--runtime", "stub"],
      ...["--optimizeLevel", "3", "--shrinkLevel", "1"],
      ...["--importMemory", "--noExportMemory", "--initialMemory", "2", "--maximumMemory", "65536"],
      ...features.flatMap((feature) => ["--enable", feature]),
    ]);
    if (error) {
      const message = `build:kernel: ${entry} must compile, received:\n${stderr.toString()}`;
      throw new Error(message, { cause: error });
    }
    return readFileSync(outFile).toString("hex");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The text of wasm.generated.ts. */
export async function generate(): Promise<string> {
  const fma = ["simd", "relaxed-simd"];
  const plain = await compile("kernel.ts", ["simd"]);
  const fused = await compile("kernel.ts", fma);
  const wide = await compile("kernel-wide.ts", ["simd"]);
  const wideFused = await compile("kernel-wide.ts", fma);
  const scan = await compile("scan.ts", ["simd"]);
  const training = await compile("training.ts", ["simd"]);
  const cosines = await compile("cosines.ts", ["simd"]);
  const eigen = await compile("eigen.ts", ["simd"]);
  return [
    "// Written by `npm run build:kernel` from assembly/. Do not edit.",
    "",
    "/** WebAssembly SIMD, hexadecimal. */",
    `export const simdKernel =\n  "${plain}";`,
    "",
    "/** The same source with the fused multiply-add of relaxed SIMD, hexadecimal. */",
    `export const fusedKernel =\n  "${fused}";`,
    "",
    "/** With tiles for engines that join operations to 256 bits, hexadecimal. */",
    `export const wideKernel =\n  "${wide}";`,
    "",
    "/** Both, hexadecimal. */",
    `export const wideFusedKernel =\n  "${wideFused}";`,
    "",
    "/** Scores of one vector with many, hexadecimal. */",
    `export const scanKernel =\n  "${scan}";`,
    "",
    "/** What a step of training does besides its products, hexadecimal. */",
    `export const trainingKernel =\n  "${training}";`,
    "",
    "/** Rows of length 1, as integers of 16 bits and their products, hexadecimal. */",
    `export const cosinesKernel =\n  "${cosines}";`,
    "",
    "/** What an eigen-decomposition does besides its products, hexadecimal. */",
    `export const eigenKernel =\n  "${eigen}";`,
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(here, "wasm.generated.ts"), await generate());
}
