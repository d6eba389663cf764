/**
 * `embedtune/onnx`: matrix products by onnxruntime-node, an optional package (`npm install onnxruntime-node`).
 *
 * @module
 */
export { onnxEngine, type OnnxEngineOptions } from "./math/onnx-engine.js";
export type { ProductEngine } from "./math/product-engine.js";
