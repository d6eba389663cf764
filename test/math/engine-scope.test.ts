import { afterEach, describe, expect, it, vi } from "vitest";
import { sleep } from "../../src/base/sleep.js";
import { engineOfCall, recordEngine, withEngine } from "../../src/math/engines/engine-scope.js";
import { createKernelEngine } from "../../src/math/engines/kernel-engine.js";
import { onEngine } from "../../src/math/engines/on-engine.js";
import type { ProductEngine } from "../../src/math/engines/product-engine.js";
import { multiply, multiplyInKernel } from "../../src/math/multiply.js";
import { normalMatrix } from "./random-matrix.js";

/** The kernel under another name, counting what it is asked for. */
function counting(id: string): ProductEngine & { products: number; closed: boolean } {
  const engine = {
    ...createKernelEngine(),
    ...{ id, products: 0, closed: false },
    multiplySync(...args: Parameters<typeof multiplyInKernel>) {
      engine.products++;
      return multiplyInKernel(...args);
    },
    close() {
      engine.closed = true;
      return Promise.resolve();
    },
  };
  return engine;
}

const [a, b] = [normalMatrix(64, 100, 1), normalMatrix(100, 64, 2)];
const small = normalMatrix(40, 40, 3);

describe("withEngine", () => {
  it("has large products done by the engine, inside the job alone", () => {
    const engine = counting("other");
    const expected = multiply(a, b);
    const product = withEngine(engine, () => {
      multiply(small, small);
      return multiply(a, b);
    });
    expect(product).toEqual(expected);
    expect(engine.products).toBe(1);
    multiply(a, b);
    expect(engine.products).toBe(1);
    expect(engineOfCall()).toBeUndefined();
  });

  it("gives two jobs at once an engine each, also after they have waited", async () => {
    const engines = [counting("one"), counting("two")];
    const recorded = await Promise.all(
      engines.map((engine, i) =>
        withEngine(engine, async () => {
          await sleep(2 * i);
          multiply(a, b);
          await sleep(3);
          multiply(a, b);
          return recordEngine();
        }),
      ),
    );
    expect(recorded).toEqual([{ engine: "one" }, { engine: "two" }]);
    expect(engines.map(({ products }) => products)).toEqual([2, 2]);
    expect(recordEngine()).toEqual({});
  });

  it("goes back to the kernel inside, where that is asked for", () => {
    const engine = counting("other");
    withEngine(engine, () =>
      withEngine(null, () => {
        multiply(a, b);
        expect(recordEngine()).toEqual({});
      }),
    );
    expect(engine.products).toBe(0);
  });

  it("refuses an engine whose products must be waited for", () => {
    const { multiplySync: _, ...waits } = counting("remote");
    expect(() => withEngine(waits, () => 1)).toThrow(
      'withEngine: engine must be an engine with multiplySync, received "remote"',
    );
  });

  it("refuses what does not fit as the kernel does", () => {
    expect(() => withEngine(counting("other"), () => multiply(a, a))).toThrow(
      "multiply: the inner dimensions must be the same, received 64 × 100 by 64 × 100",
    );
  });
});

describe("the option engine", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  const id = (engine: ProductEngine | null): Promise<string | undefined> =>
    Promise.resolve(engine?.id);

  it("is the kernel, then the environment's, then the surrounding call's, then the one that is named", async () => {
    expect(await onEngine({}, "fit", id)).toBeUndefined();
    vi.stubEnv("EMBEDTUNE_ENGINE", "kernel");
    expect(await onEngine({}, "fit", id)).toBeUndefined();
    vi.stubEnv("EMBEDTUNE_ENGINE", "abacus");
    await expect(onEngine({}, "fit", id)).rejects.toThrow(
      'fit: EMBEDTUNE_ENGINE must be "kernel" or "onnx", received "abacus"',
    );
    const engine = counting("outer");
    expect(await withEngine(engine, () => onEngine({}, "fit", id))).toBe("outer");
    const inner = await withEngine(engine, () =>
      onEngine({ engine: counting("inner") }, "fit", id),
    );
    expect(inner).toBe("inner");
    expect(await onEngine({ engine: "kernel" }, "fit", id)).toBeUndefined();
  });

  it("is handed on to what is called inside, the kernel too", async () => {
    vi.stubEnv("EMBEDTUNE_ENGINE", "abacus"); // whoever asks again is refused
    const inside = await onEngine({ engine: "kernel" }, "tune", () => onEngine({}, "fit", id));
    expect(inside).toBeUndefined();
    const engine = counting("outer");
    expect(await onEngine({ engine }, "tune", () => onEngine({}, "fit", id))).toBe("outer");
    expect(engine.closed).toBe(false); // it is whoever's opened it
  });

  it("refuses an engine that there is not", async () => {
    const engine = "abacus" as "onnx";
    await expect(onEngine({ engine }, "fit", id)).rejects.toThrow(
      'fit: engine must be "kernel" or "onnx", received "abacus"',
    );
    const { multiplySync: _, ...waits } = counting("remote");
    await expect(onEngine({ engine: waits }, "fit", id)).rejects.toThrow(
      'fit: engine must be an engine with multiplySync, received "remote"',
    );
    expect(await onEngine({ engine: waits }, "fit", id, { waits: true })).toBe("remote");
  });
});
