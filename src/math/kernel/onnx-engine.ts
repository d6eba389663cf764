import { checkInteger } from "../../base/checks.js";
import { missingPeer } from "../../base/missing-peer.js";
import { show } from "../../base/show.js";
import type { Matrix } from "../matrix.js";
import { productModel } from "./onnx-model.js";
import type { ProductEngine } from "./product-engine.js";
import { shapeOfProduct } from "./product-shape.js";

export interface OnnxEngineOptions {
  /** Where products run, in order of preference, e.g. `["cuda", "cpu"]`; what is there depends on the runtime's build. @default ["cpu"] */
  readonly executionProviders?: readonly string[] | undefined;
  /** Threads of the CPU provider. @default the runtime's own choice, one per core */
  readonly threads?: number | undefined;
}

/** What is used of onnxruntime-node: its own types are missing where the optional package is not installed. */
interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<Session>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => Tensor;
}

type Tensor = object;

interface Session {
  run(
    inputs: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, Tensor>>,
  ): Promise<unknown>;
  release(): Promise<void>;
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
}: OnnxEngineOptions = {}): Promise<ProductEngine> {
  if (threads !== undefined) checkInteger(threads, "createOnnxEngine: threads", { least: 1 });
  const runtime = await loadRuntime();
  const options = {
    executionProviders: [...executionProviders],
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    logSeverityLevel: 3, // errors only
    // Between products its threads wait without spinning, which would slow down what else runs meanwhile.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
  const sessions = new Map<string, Promise<Session>>();
  let closed = false;

  const sessionFor = (transposeA: boolean, transposeB: boolean): Promise<Session> => {
    const key = `${transposeA}/${transposeB}`;
    let session = sessions.get(key);
    if (session === undefined) {
      session = runtime.InferenceSession.create(productModel(transposeA, transposeB), options);
      sessions.set(key, session);
    }
    return session;
  };
  try {
    await sessionFor(false, false); // so that a missing provider is refused now
  } catch (cause) {
    throw new Error(
      `createOnnxEngine: executionProviders must name one that onnxruntime-node has here, received ${show(executionProviders)}`,
      { cause },
    );
  }

  return {
    id: `onnxruntime-node/${executionProviders.join("+")}`,
    async multiply(a, b, productOptions = {}) {
      if (closed) {
        throw new Error("createOnnxEngine: an engine must not be used after close()");
      }
      const { transposeA = false, transposeB = false } = productOptions;
      const { m, k, n, result } = shapeOfProduct(a, b, productOptions);
      if (m * n * k === 0) return result;
      const session = await sessionFor(transposeA, transposeB);
      const tensor = ({ rows, cols, data }: Matrix): Tensor =>
        new runtime.Tensor("float32", data, [rows, cols]);
      // Written where we want it, instead of into memory of the runtime's that is then copied.
      await session.run({ A: tensor(a), B: tensor(b) }, { Y: tensor(result) });
      return result;
    },
    async close() {
      closed = true;
      const open = await Promise.all(sessions.values());
      sessions.clear();
      await Promise.all(open.map((session) => session.release()));
    },
  };
}

async function loadRuntime(): Promise<Runtime> {
  // A name the compiler does not follow: the package is optional and so are its types.
  const name: string = "onnxruntime-node";
  const module = (await import(name).catch(
    missingPeer("createOnnxEngine", "onnxruntime-node@1"),
  )) as Runtime & { readonly default?: Runtime };
  return module.default ?? module;
}
