/**
 * `embedtune/onnx`: an adapter as an ONNX model or a dense layer for other programs, and matrix products by onnxruntime-node,
 * an optional package (`npm install onnxruntime-node`).
 *
 * @module
 */
export { encodeOnnx, type OnnxOptions } from "./adapter/export/onnx.js";
export { denseMap, type DenseMap } from "./adapter/export/dense.js";
export { createOnnxEngine, type OnnxEngineOptions } from "./math/engines/onnx-engine.js";
