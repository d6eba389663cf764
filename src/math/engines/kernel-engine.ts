import { multiplyInKernel } from "../multiply.js";
import type { ProductEngine } from "./product-engine.js";

/** By the object, so that a copy with another product is not the kernel. */
const ofKernel = /* @__PURE__ */ new WeakSet<ProductEngine>();

/** Whether an engine's products are the built-in kernel's, so that work may be done in its memory. */
export const isKernelEngine = (engine: ProductEngine): boolean => ofKernel.has(engine);

/** The built-in kernel behind the interface that other engines share. */
export function createKernelEngine(): ProductEngine {
  const engine: ProductEngine = {
    id: "kernel",
    multiply: (a, b, options) =>
      new Promise((resolve) => {
        resolve(multiplyInKernel(a, b, options));
      }),
    multiplySync: multiplyInKernel,
    close: () => Promise.resolve(),
  };
  ofKernel.add(engine);
  return engine;
}
