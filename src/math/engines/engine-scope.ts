import { refuse } from "../../base/checks.js";
import { builtinModule, type AsyncStorage } from "../kernel/kernel-threads.js";
import type { ProductEngine } from "./product-engine.js";

/** An engine whose products are done when they return. */
export type SyncEngine = ProductEngine & Required<Pick<ProductEngine, "multiplySync">>;

/** Made with the first engine; holds `null` where the kernel was asked for by name. */
let scope: AsyncStorage<SyncEngine | null> | undefined;

/** What multiplies in the call that is running, in place of the built-in kernel; `undefined` inside no {@link withEngine}. */
export function engineOfCall(): SyncEngine | null | undefined {
  return scope?.getStore();
}

/** The id of {@link engineOfCall}, for results to carry; left out where the kernel multiplied. */
export function recordEngine(): { readonly engine?: string } {
  const engine = engineOfCall();
  return engine ? { engine: engine.id } : {};
}

/**
 * Runs `job` with the engine under the large products of everything it calls, also of what goes on after it has waited.
 * Nothing outside is changed: two jobs at once may have an engine each. Small products stay the kernel's, and of
 * eigen-decompositions all but the last products of the vectors.
 *
 * ```ts
 * const engine = await createOnnxEngine();
 * const adapter = withEngine(engine, () => fitRca(data));
 * ```
 *
 * @param engine `null` for the kernel, inside a job on another engine.
 * @param job Whoever opened the engine closes it, once what the job returns has settled.
 * @throws TypeError when the engine has no `multiplySync`, or the platform has no `AsyncLocalStorage`.
 */
export function withEngine<T>(engine: ProductEngine | null, job: () => T): T {
  if (engine !== null) checkSync(engine, "withEngine: engine");
  if (scope === undefined) {
    const hooks = builtinModule("node:async_hooks");
    if (hooks === undefined) {
      if (engine === null) return job();
      throw new TypeError("withEngine: the platform must have AsyncLocalStorage, received none");
    }
    scope = new hooks.AsyncLocalStorage();
  }
  return scope.run(engine, job);
}

/** @throws TypeError unless the engine's products can be done when they return. */
export function checkSync(engine: ProductEngine, place: string): asserts engine is SyncEngine {
  if (engine.multiplySync === undefined) {
    refuse(place, "an engine with multiplySync", engine.id);
  }
}
