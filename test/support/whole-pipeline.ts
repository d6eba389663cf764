import {
  applyAdapter,
  createHashingEmbedder,
  createRandom,
  decodeAdapter,
  encodeAdapter,
  fitAdapter,
  identityAdapter,
  trainMatrix,
  type Matrix,
} from "embedtune";
import {
  covariance,
  createMatrix,
  kernelStatus,
  multiply,
  symmetricEigen,
  topK,
} from "embedtune/math";

/** What a machine makes of the same work: bits as digests, figures as numbers. */
export interface PipelineResult {
  readonly simd: boolean;
  /** Must be the same everywhere. */
  readonly bits: Readonly<Record<string, string>>;
  /** Exponentials and powers are the engine's own: equal but for the last digits. */
  readonly figures: Readonly<Record<string, number>>;
}

const topics = ["river", "engine", "violin", "orchard", "glacier", "senate", "harbour", "comet"];

/** The core from texts to an adapter, and the kernel beneath it, with nothing but what every platform has. */
export async function wholePipeline(): Promise<PipelineResult> {
  const [a, b] = [uniform(300, 400, "a"), uniform(400, 200, "b")];
  const { values, vectors } = symmetricEigen(covariance(uniform(200, 90, "c")).covariance);
  const nearest = topK(uniform(40, 64, "q"), uniform(900, 64, "p"), 5);

  const embedder = createHashingEmbedder({ dimensions: 128 });
  const rows = Array.from({ length: 80 }, (_, i) => i);
  const topic = (i: number): string => `${topics[i % 8]} ${topics[(i * 5 + 3) % 8]} ${i}`;
  const queries = await embedder.embed(rows.map((i) => `who knows ${topic(i)}`));
  const passages = await embedder.embed(rows.map((i) => `It is said of ${topic(i)} that`));
  const pairs = {
    query: Uint32Array.from([...rows, ...rows]),
    passage: Uint32Array.from([...rows, ...rows.map((i) => (i + 8) % 80)]),
    label: Uint8Array.from([...rows.map(() => 1), ...rows.map(() => 0)]),
  };
  const data = { queries, passages, pairs };
  const { adapter, table } = await fitAdapter(data);
  const trained = await trainMatrix({ ...data, validation: data }, { epochs: 2 });
  const adapted = applyAdapter(adapter, queries, { side: "query", embedder: embedder.id });
  const file = encodeAdapter({
    ...identityAdapter(128, embedder.id),
    query: { center: uniform(1, 128, "center").data, weights: uniform(128, 128, "weights") },
  });
  const applied = applyAdapter(decodeAdapter(file), queries, {
    side: "query",
    embedder: embedder.id,
  });
  return {
    simd: kernelStatus().simd,
    bits: {
      product: digest(multiply(a, b)),
      gram: digest(multiply(a, a, { transposeA: true })),
      eigenvalues: digest({ rows: 1, cols: values.length, data: Float32Array.from(values) }),
      eigenvectors: digest(vectors),
      nearest: nearest.indices.join(" "),
      hashing: digest(queries),
      file: digestBytes(file),
      applied: digest(applied),
      normals: digest(normals(100_000)),
    },
    figures: {
      ...Object.fromEntries(
        table.map(({ method, side, parameters, figure }) => [
          `${method} ${side} ${JSON.stringify(parameters)}`,
          figure ?? 0,
        ]),
      ),
      "first adapted value": adapted.data[0],
      "train loss": trained.history[1].trainLoss,
    },
  };
}

function uniform(rows: number, cols: number, seed: string): Matrix {
  const random = createRandom(seed);
  const matrix = createMatrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.next() - 0.5;
  return matrix;
}

function digest({ data }: Matrix): string {
  return digestBytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function digestBytes(bytes: Uint8Array): string {
  let hash = 0;
  for (const word of bytes) {
    hash = (Math.imul(hash ^ word, 0x9e3779b1) ^ (hash >>> 13)) | 0;
  }
  return (hash >>> 0).toString(16);
}

function normals(count: number): Matrix {
  const random = createRandom("normals");
  return createMatrix(
    1,
    count,
    Float32Array.from({ length: count }, () => random.normal()),
  );
}
