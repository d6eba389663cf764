import { writeFile } from "node:fs/promises";
import { defineConfig } from "tsup";
import { plainBinary } from "./src/math/kernel/kernel-binary.js";

export default defineConfig({
  entry: [
    "src/index.ts",
    "src/math.ts",
    "src/negatives.ts",
    "src/evaluate.ts",
    "src/answered.ts",
    "src/fit.ts",
    "src/train.ts",
    "src/project.ts",
    "src/node.ts",
    "src/onnx.ts",
    "src/openai.ts",
    "src/parquet.ts",
    "src/report.ts",
    "src/umap.ts",
    "src/usearch.ts",
    "src/ai-sdk.ts",
    "src/langchain.ts",
    "src/migrate.ts",
    "src/transformers.ts",
    "src/cli.ts",
  ],
  format: "esm",
  target: "es2023",
  platform: "neutral",
  external: [/^node:/],
  // Of ml-matrix the decompositions of small matrices alone, from its modules: what it exports is CommonJS, which comes whole.
  noExternal: ["ml-matrix"],
  esbuildOptions(options) {
    options.alias = { "ml-matrix": "./node_modules/ml-matrix/src/index.js" };
    options.legalComments = "none"; // NOTICE has the licence
  },
  removeNodeProtocol: false,
  dts: true,
  clean: true,
  splitting: true,
  sourcemap: false,
  /** The kernel as a file, for platforms that compile no bytes. */
  async onSuccess() {
    const { bytes } = plainBinary();
    if (!WebAssembly.validate(bytes)) throw new Error("build: kernel.wasm must be a module");
    await writeFile("dist/kernel.wasm", bytes);
  },
  plugins: [
    {
      name: "no imports of nothing",
      // Chunks that esbuild imports only in case they do something: none does (test/package/side-effects.test.ts).
      renderChunk: (code) => ({ code: code.replaceAll(/^import "\.\/chunk-\w+\.js";\n/gm, "") }),
    },
  ],
});
