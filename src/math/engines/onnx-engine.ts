import { checkInteger } from "../../base/checks.js";
import { show } from "../../base/show.js";
import { defaultThreads } from "../kernel/kernel-threads.js";
import { mirror } from "../kernel/mirror.js";
import { shapeOfProduct, sizesOfProduct } from "../kernel/product-shape.js";
import { createMatrix, rowRange, shapeOf, type Matrix } from "../matrix.js";
import type { SyncEngine } from "./engine-scope.js";
import { everyScore, type HighScores } from "./product-engine.js";
import { highScoresModel, productModel, transposeModel } from "./onnx-model.js";
import { loadOnnxRuntime, type OnnxSession, type OnnxTensor } from "./onnx-runtime.js";

/** Columns of a group of scores: few enough to leave most groups out, enough that there are few of them. */
const WIDTH = 32;

/** Rows that the runtime multiplies in one go, for each thread: its sums of more leave the nearest memory between the steps. */
const PIECE_ROWS = 512;

/** Rows of a symmetric product that are made at once, and of how many it is made by half: less is sooner made whole. */
const SYMMETRIC_ROWS = 256;
const SMALL_SYMMETRIC = 512;

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
  const pieceRows = PIECE_ROWS * (threads ?? defaultThreads());
  const runtime = await loadOnnxRuntime("createOnnxEngine");
  const sessionOptions = {
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
      session = runtime.open(model(), sessionOptions);
      sessions.set(key, session);
    }
    return session;
  };
  const productSession = (transposeA: boolean, transposeB: boolean, adds = false): OnnxSession =>
    sessionFor(`${transposeA}/${transposeB}/${adds}`, () =>
      productModel(transposeA, transposeB, adds),
    );
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
  const multiplySync: SyncEngine["multiplySync"] = (a, b, options = {}) => {
    const { transposeA = false, transposeB = false, out } = options;
    const session = productSession(transposeA, transposeB);
    const { m, k, n } = sizesOfProduct(a, b, options);
    if (a.data === b.data && transposeA !== transposeB && m >= SMALL_SYMMETRIC && k > 0) {
      const { result } = shapeOfProduct(a, b, options);
      multiplySymmetric(transposeA ? transposed(a) : a, result);
      return result;
    }
    const B = tensor(b);
    // Columns of `a` cannot be taken in pieces.
    const most = transposeA ? m : pieceRows;
    if (out === undefined && m * n * k > 0 && m <= most) {
      const { Y } = session.run({ A: tensor(a), B }, { Y: null });
      return createMatrix(m, n, Y.data as Float32Array);
    }
    const { result } = shapeOfProduct(a, b, options);
    if (m * n * k === 0) return result;
    for (const [first, last] of pieces(m, most)) {
      const A = tensor(transposeA ? a : rowRange(a, first, last));
      session.run({ A, B }, { Y: tensor(rowRange(result, first, last)) });
    }
    return result;
  };

  const addProductSync: SyncEngine["addProductSync"] = (a, b, to, options = {}) => {
    const { transposeA = false, transposeB = false } = options;
    const { m, k, n } = sizesOfProduct(a, b, options);
    if (to.rows !== m || to.cols !== n) {
      const [wanted, received] = [shapeOf({ rows: m, cols: n }), shapeOf(to)];
      throw new RangeError(`addProductSync: to must be ${wanted}, received ${received}`);
    }
    sizesOfProduct(a, b, { ...options, out: to.data }); // shares no memory
    if (m * n * k === 0) return;
    const C = tensor(to);
    // Gemm begins by copying C to Y, which for the processor itself is the same memory; other providers work on copies.
    productSession(transposeA, transposeB, true).run({ A: tensor(a), B: tensor(b), C }, { Y: C });
  };

  const transposed = (a: Matrix): Matrix => {
    const { T } = sessionFor("transpose", transposeModel).run({ A: tensor(a) }, { T: null });
    return createMatrix(a.cols, a.rows, T.data as Float32Array);
  };

  /** a · aᵀ, of which the half below the diagonal is the other's. */
  const multiplySymmetric = (a: Matrix, { rows: n, data }: Matrix): void => {
    const session = productSession(false, true);
    for (const [first, last] of pieces(n, SYMMETRIC_ROWS)) {
      const [A, B] = [tensor(rowRange(a, first, last)), tensor(rowRange(a, first, n))];
      const part = session.run({ A, B }, { Y: null }).Y.data as Float32Array;
      const length = n - first;
      for (let i = first, at = 0; i < last; i++, at += length) {
        data.set(part.subarray(at, at + length), i * n + first);
      }
    }
    mirror(data, n);
  };

  const highScoresSync = function* (
    a: Matrix,
    b: Matrix,
    floors: Float32Array,
  ): Generator<HighScores> {
    const session = sessionFor("high scores", () => highScoresModel(WIDTH));
    if (sizesOfProduct(a, b, { transposeB: true }).n * a.data.length === 0) {
      yield everyScore(multiplySync(a, b, { transposeB: true }));
      return;
    }
    const B = tensor(wholeGroups(b));
    const none = { S: null, I: null, H: null };
    for (const [first, last] of pieces(a.rows, pieceRows)) {
      const part = rowRange(a, first, last);
      const L = tensor(createMatrix(part.rows, 1, floors.subarray(first, last)));
      const { S, I, H } = session.run({ A: tensor(part), B, L }, none);
      if (!(S.data as Float32Array).every(Number.isFinite)) {
        // What the greatest of numbers and of what is none is, is left open; sums pass it on.
        yield everyScore(multiplySync(part, b, { transposeB: true }), first);
        continue;
      }
      // Of integers of 64 bits the lower halves: rows, then numbers of groups.
      const { buffer, byteOffset, length } = I.data;
      const places = new Int32Array(buffer, byteOffset, 2 * length);
      const rows = Int32Array.from({ length: length / 2 }, (_, i) => first + places[2 * i]);
      const columns = rows.map((_, i) => places[length + 2 * i] * WIDTH);
      yield { rows, columns, width: WIDTH, scores: H.data as Float32Array };
    }
  };
  return {
    id: `onnxruntime-node@${runtime.version}/${executionProviders.join("+")}`,
    multiplySync,
    addProductSync,
    highScoresSync,
    multiply: (a, b, options) =>
      new Promise((resolve) => {
        resolve(multiplySync(a, b, options));
      }),
    close: () => {
      closed = true;
      for (const session of sessions.values()) session.close();
      sessions.clear();
      return Promise.resolve();
    },
  };
}

/** Equal pieces, none of more rows than `most`. */
function* pieces(rows: number, most: number): Generator<readonly [first: number, last: number]> {
  const count = Math.ceil(rows / most);
  for (let i = 0; i < count; i++) {
    yield [Math.floor((i * rows) / count), Math.floor(((i + 1) * rows) / count)];
  }
}

/** With rows of zeros at the end, so that groups of columns of the product are whole. */
function wholeGroups(b: Matrix): Matrix {
  const rows = Math.ceil(b.rows / WIDTH) * WIDTH;
  if (rows === b.rows) return b;
  const whole = createMatrix(rows, b.cols);
  whole.data.set(b.data);
  return whole;
}
