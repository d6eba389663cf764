import { defineConfig } from "tsup";

export default defineConfig({
  entry: [
    "src/index.ts",
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
  ],
  format: "esm",
  target: "es2023",
  platform: "neutral",
  external: [/^node:/],
  dts: true,
  clean: true,
  splitting: true,
  sourcemap: false,
});
