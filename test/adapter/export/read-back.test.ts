import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { applyAdapter, decodeNpy, encodeAdapter, encodeNpy, type Adapter } from "embedtune";
import { denseMap, encodeOnnx } from "embedtune/onnx";
import { oddAdapters, uniformMatrix } from "../../support/odd-adapters.js";
import { pythonWith } from "../../support/python.js";

const sides = ["query", "passage"] as const;
const cases = oddAdapters.flatMap((adapter, i) =>
  sides.map((side) => ({ adapter, side, name: `${i}-${side}` })),
);

/** Rows of very different lengths. */
function vectorsFor({ inputDimensions }: Adapter): ReturnType<typeof uniformMatrix> {
  const vectors = uniformMatrix(5, inputDimensions, "vectors");
  const scales = [1, 1e-25, 1e25, 3, 1e-3];
  return { ...vectors, data: vectors.data.map((v, i) => v * scales[Math.floor(i / vectors.cols)]) };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]) || 0), 0);
}

const python = pythonWith("numpy", "safetensors", "onnxruntime");
const script = fileURLToPath(new URL("../../fixtures/adapter/read-back.py", import.meta.url));

describe.skipIf(python === undefined)("in Python (EMBEDTUNE_PYTHON)", () => {
  it("onnxruntime, safetensors and NumPy make the same vectors of an adapter's files", async () => {
    const folder = await mkdtemp(join(tmpdir(), "embedtune-read-back-"));
    const put = (name: string, bytes: Uint8Array | string): Promise<void> =>
      writeFile(join(folder, name), bytes);
    for (const { adapter, side, name } of cases) {
      const { weights, bias } = denseMap(adapter, { side });
      await put(`${name}.npy`, encodeNpy(vectorsFor(adapter)));
      await put(`${name}.onnx`, encodeOnnx(adapter, { side }));
      await put(`${name}.safetensors`, encodeAdapter(adapter));
      await put(`${name}.weights.npy`, encodeNpy(weights));
      await put(`${name}.bias.npy`, encodeNpy({ rows: 1, cols: bias.length, data: bias }));
    }
    await put("cases.json", JSON.stringify(cases.map(({ side, name }) => ({ side, name }))));
    execFileSync(python!, [script, folder], { stdio: ["ignore", "inherit", "inherit"] });
    for (const { adapter, side, name } of cases) {
      const ours = applyAdapter(adapter, vectorsFor(adapter), { side });
      for (const program of ["onnx", "safetensors", "dense"]) {
        const theirs = decodeNpy(await readFile(join(folder, `${name}.${program}.out.npy`)));
        const difference = largestDifference(theirs.data, ours.data);
        expect(difference, `${adapter.metadata.method}, ${side}, ${program}`).toBeLessThan(1e-6);
      }
    }
    await rm(folder, { recursive: true });
  });
});

interface Runtime {
  readonly InferenceSession: { create(model: Uint8Array): Promise<Session> };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => object;
}

interface Session {
  run(inputs: object): Promise<Readonly<Record<string, { readonly data: Float32Array }>>>;
}

const runtimeName: string = "onnxruntime-node";
const runtime = (await import(runtimeName).catch(() => undefined)) as Runtime | undefined;

describe.skipIf(runtime === undefined)("in onnxruntime-node", () => {
  it.each(cases)("$adapter.metadata.method, $side side, gives the same vectors", async (one) => {
    const { adapter, side } = one;
    const vectors = vectorsFor(adapter);
    for (const normalize of [true, false]) {
      const { InferenceSession, Tensor } = runtime!;
      const session = await InferenceSession.create(encodeOnnx(adapter, { side, normalize }));
      const tensor = new Tensor("float32", vectors.data, [vectors.rows, vectors.cols]);
      const { adapted } = await session.run({ vectors: tensor });
      const ours = applyAdapter(adapter, vectors, { side, normalize });
      const length = normalize ? 1 : Math.max(...ours.data.map(Math.abs));
      expect(largestDifference(adapted.data, ours.data) / length).toBeLessThan(1e-6);
    }
  });
});
