import { checkInteger } from "../../base/checks.js";
import { show } from "../../base/show.js";
import { shapeOfProduct } from "../kernel/product-shape.js";
import type { Matrix } from "../matrix.js";
import type { SyncEngine } from "./engine-scope.js";
import type { EngineScores } from "./product-engine.js";
import { productModel, scoresModel } from "./onnx-model.js";
import { loadOnnxRuntime, type OnnxSession, type OnnxTensor } from "./onnx-runtime.js";

/** Columns of which the greatest score is known: few enough to pass most by, enough to read next to none. */
const WIDTH = 64;

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

  const sessionFor = (key: string, model: () => Uint8Array): OnnxSession => {
    if (closed) throw new Error("createOnnxEngine: an engine must not be used after close()");
    let session = sessions.get(key);
    if (session === undefined) {
      session = runtime.open(model(), options);
      sessions.set(key, session);
    }
    return session;
  };
  const productSession = (transposeA: boolean, transposeB: boolean): OnnxSession =>
    sessionFor(`${transposeA}/${transposeB}`, () => productModel(transposeA, transposeB));
  try {
    productSession(false, false); // so that a missing provider is refused now
  } catch (cause) {
    throw new Error(
      `createOnnxEngine: executionProviders must name one that onnxruntime-node has here, received ${show(executionProviders)}`,
      { cause },
    );
  }

  const tensor = ({ rows, cols, data }: Matrix): OnnxTensor =>
    new runtime.Tensor("float32", data, [rows, cols]);
  const multiplySync: SyncEngine["multiplySync"] = (a, b, productOptions = {}) => {
    const { transposeA = false, transposeB = false } = productOptions;
    const session = productSession(transposeA, transposeB);
    const { m, k, n, result } = shapeOfProduct(a, b, productOptions);
    if (m * n * k === 0) return result;
    // Written where we want it, instead of into memory of the runtime's that is then copied.
    const inputs = { A: tensor(a), B: tensor(b) };
    session.run(inputs, { Y: tensor(result) });
    return result;
  };

  // Kept from call to call: fresh memory of this size takes as long to come by as to read.
  let scratch = new Float32Array(0);
  const scoreSync = (a: Matrix, b: Matrix): EngineScores => {
    const session = sessionFor("scores", () => scoresModel(WIDTH));
    const [m, n, groups] = [a.rows, b.rows, Math.ceil(b.rows / WIDTH)];
    if (scratch.length < m * (n + groups + 1)) scratch = new Float32Array(m * (n + groups + 1));
    let at = 0;
    const take = (length: number): Float32Array => scratch.subarray(at, (at += length));
    const { result: scores } = shapeOfProduct(a, b, { transposeB: true, out: take(m * n) });
    const [greatest, sums] = [take(m * groups), take(m)];
    if (m * n * a.cols === 0) return { scores, width: WIDTH, greatest: null };
    session.run(
      { A: tensor(a), B: tensor(b) },
      {
        Y: tensor(scores),
        M: new runtime.Tensor("float32", greatest, [1, m, groups]),
        S: new runtime.Tensor("float32", sums, [m]),
      },
    );
    // The greatest of numbers and of what is none is left open; sums pass it on.
    return { scores, width: WIDTH, greatest: sums.every(Number.isFinite) ? greatest : null };
  };
  return {
    id: `onnxruntime-node@${runtime.version}/${executionProviders.join("+")}`,
    multiplySync,
    scoreSync,
    multiply: (a, b, productOptions) =>
      new Promise((resolve) => {
        resolve(multiplySync(a, b, productOptions));
      }),
    close: () => {
      closed = true;
      scratch = new Float32Array(0);
      for (const session of sessions.values()) session.close();
      sessions.clear();
      return Promise.resolve();
    },
  };
}
