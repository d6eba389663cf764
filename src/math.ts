/**
 * Linear algebra on `Float32Array` rows: products, decompositions, nearest rows, and the kernel that runs them.
 *
 * @module
 */

export { createMatrix, gatherRows, rowOf, transpose } from "./math/matrix.js";
export { multiply } from "./math/multiply.js";
export type { MultiplyOptions } from "./math/kernel/product-shape.js";
export {
  closeKernel,
  kernelStatus,
  setKernel,
  type KernelOptions,
  type KernelStatus,
} from "./math/kernel/kernel.js";
export { topK, topKWith, type TopK, type TopKOptions } from "./math/top-k.js";
export {
  createResidentIndex,
  type ResidentIndex,
  type ResidentIndexOptions,
  type ResidentTopK,
} from "./math/search/resident-index.js";
export { createKernelEngine } from "./math/engines/kernel-engine.js";
export { withEngine } from "./math/engines/engine-scope.js";
export type { ProductEngine } from "./math/engines/product-engine.js";
export type { EngineOptions } from "./math/engines/on-engine.js";
export {
  symmetricEigen,
  type SymmetricEigen,
  type SymmetricEigenOptions,
} from "./math/decompose/eigen.js";
export { cholesky, choleskySolve, type Cholesky } from "./math/decompose/cholesky.js";
export { symmetricPower, type SymmetricPowerOptions } from "./math/decompose/matrix-power.js";
export { covariance, type Covariance, type CovarianceOptions } from "./math/covariance.js";
export {
  randomizedSvd,
  type RandomizedSvdOptions,
  type Svd,
} from "./math/decompose/randomized-svd.js";
export { roundCosine } from "./math/cosine-grid.js";
export { normalizeRows } from "./math/vectors.js";
