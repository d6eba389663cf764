import { checkChoice } from "../../base/checks.js";
import { checkSync, engineOfCall, withEngine } from "./engine-scope.js";
import type { ProductEngine } from "./product-engine.js";

/** What every heavy computation takes. */
export interface EngineOptions {
  /**
   * What multiplies the large matrices. `"kernel"`, the built-in one, gives the same bits everywhere; `"onnx"` is
   * onnxruntime-node, an optional package (`npm install onnxruntime-node`), at native speed: its last bits depend on the
   * machine, so figures may differ in the last places. An engine that is open serves several calls and is closed by whoever
   * opened it. Results name an engine that is not the kernel.
   * @default the engine of the surrounding call, else the environment variable `EMBEDTUNE_ENGINE`, else `"kernel"`
   */
  readonly engine?: "kernel" | "onnx" | ProductEngine | undefined;
}

/**
 * Runs `job` on the engine that the options name, opened for it where they name one.
 *
 * @param caller The public function, as messages begin.
 * @param job Gets the engine; `null` for the kernel.
 * @param waits Whether the job takes an engine that has no `multiplySync`, too.
 * @throws RangeError when there is no such engine; Error when onnxruntime-node is asked for and is not there.
 */
export async function onEngine<T>(
  { engine }: EngineOptions,
  caller: string,
  job: (engine: ProductEngine | null) => Promise<T>,
  { waits = false } = {},
): Promise<T> {
  const surrounding = engineOfCall();
  if (engine === undefined && surrounding !== undefined) return job(surrounding);
  const chosen = engine ?? engineOfEnvironment(caller);
  if (engine === undefined && chosen === "kernel") return job(null);
  if (typeof chosen === "object") {
    if (waits && chosen.multiplySync === undefined) return job(chosen);
    checkSync(chosen, `${caller}: engine`);
    return withEngine(chosen, () => job(chosen));
  }
  checkChoice(chosen, `${caller}: engine`, ["kernel", "onnx"]);
  if (chosen === "kernel") return withEngine(null, () => job(null));
  const { createOnnxEngine } = await import("./onnx-engine.js");
  const opened = await createOnnxEngine();
  try {
    return await withEngine(opened, () => job(opened));
  } finally {
    await opened.close();
  }
}

function engineOfEnvironment(caller: string): "kernel" | "onnx" {
  const name = environment("EMBEDTUNE_ENGINE") ?? "";
  if (name === "") return "kernel";
  checkChoice(name, `${caller}: EMBEDTUNE_ENGINE`, ["kernel", "onnx"]);
  return name;
}

/** A variable of the environment; none where the platform has none, or, as Deno does, shows it only to whom it is allowed. */
function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  try {
    return process?.env?.[name];
  } catch {
    return undefined;
  }
}
