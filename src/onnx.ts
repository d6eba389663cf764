/**
 * `embedtune/onnx`: matrix products by onnxruntime-node, an optional package (`npm install onnxruntime-node`).
 *
 * @module
 */
export { createOnnxEngine, type OnnxEngineOptions } from "./math/kernel/onnx-engine.js";
