import { defineConfig } from "tsup";

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
    "src/transformers.ts",
    "src/cli.ts",
  ],
  format: "esm",
  target: "es2023",
  platform: "neutral",
  external: [/^node:/],
  removeNodeProtocol: false,
  dts: true,
  clean: true,
  splitting: true,
  sourcemap: false,
  plugins: [
    {
      name: "no imports of nothing",
      // Chunks that esbuild imports only in case they do something: none does (test/package/side-effects.test.ts).
      renderChunk: (code) => ({ code: code.replaceAll(/^import "\.\/chunk-\w+\.js";\n/gm, "") }),
    },
  ],
});
