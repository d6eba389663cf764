import { multiplyInKernel } from "../multiply.js";
import type { ProductEngine } from "./product-engine.js";

/** The built-in kernel behind the interface that other engines share. */
export function createKernelEngine(): ProductEngine {
  return {
    id: "kernel",
    multiply: (a, b, options) =>
      new Promise((resolve) => {
        resolve(multiplyInKernel(a, b, options));
      }),
    multiplySync: multiplyInKernel,
    close: () => Promise.resolve(),
  };
}
