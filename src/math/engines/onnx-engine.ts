import { checkInteger } from "../../base/checks.js";
import { show } from "../../base/show.js";
import { shapeOfProduct } from "../kernel/product-shape.js";
import type { Matrix } from "../matrix.js";
import type { SyncEngine } from "./engine-scope.js";
import { productModel } from "./onnx-model.js";
import { loadOnnxRuntime, type OnnxSession, type OnnxTensor } from "./onnx-runtime.js";

export interface OnnxEngineOptions {
  /** Where products run, in order of preference, e.g. `["cuda", "cpu"]`; what is there depends on the runtime's build. @default ["cpu"] */
  readonly executionProviders?: readonly string[] | undefined;
  /** Threads of the CPU provider. @default the runtime's own choice, one per core */
  readonly threads?: number | undefined;
}

/**
 * Products by onnxruntime-node, an optional package that reaches native speed and other processors. Its sums are in single
 * precision and in an order of its own: the last bits differ from the kernel's, and from machine to machine.
 *
 * @throws Error when onnxruntime-node is not installed or cannot be loaded, or has none of the execution providers.
 */
export async function createOnnxEngine({
  executionProviders = ["cpu"],
  threads,
}: OnnxEngineOptions = {}): Promise<SyncEngine> {
  if (threads !== undefined) checkInteger(threads, "createOnnxEngine: threads", { least: 1 });
  const runtime = await loadOnnxRuntime("createOnnxEngine");
  const options = {
    executionProviders: [...executionProviders],
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    logSeverityLevel: 3, // errors only
    // Between products its threads wait without spinning, which would slow down what else runs meanwhile.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
  const sessions = new Map<string, OnnxSession>();
  let closed = false;

  const sessionFor = (transposeA: boolean, transposeB: boolean): OnnxSession => {
    const key = `${transposeA}/${transposeB}`;
    let session = sessions.get(key);
    if (session === undefined) {
      session = runtime.open(productModel(transposeA, transposeB), options);
      sessions.set(key, session);
    }
    return session;
  };
  try {
    sessionFor(false, false); // so that a missing provider is refused now
  } catch (cause) {
    throw new Error(
      `createOnnxEngine: executionProviders must name one that onnxruntime-node has here, received ${show(executionProviders)}`,
      { cause },
    );
  }

  const multiplySync: SyncEngine["multiplySync"] = (a, b, productOptions = {}) => {
    if (closed) throw new Error("createOnnxEngine: an engine must not be used after close()");
    const { transposeA = false, transposeB = false } = productOptions;
    const { m, k, n, result } = shapeOfProduct(a, b, productOptions);
    if (m * n * k === 0) return result;
    const tensor = ({ rows, cols, data }: Matrix): OnnxTensor =>
      new runtime.Tensor("float32", data, [rows, cols]);
    // Written where we want it, instead of into memory of the runtime's that is then copied.
    const inputs = { A: tensor(a), B: tensor(b) };
    sessionFor(transposeA, transposeB).run(inputs, { Y: tensor(result) });
    return result;
  };
  return {
    id: `onnxruntime-node@${runtime.version}/${executionProviders.join("+")}`,
    multiplySync,
    multiply: (a, b, productOptions) =>
      new Promise((resolve) => {
        resolve(multiplySync(a, b, productOptions));
      }),
    close: () => {
      closed = true;
      for (const session of sessions.values()) session.close();
      sessions.clear();
      return Promise.resolve();
    },
  };
}
