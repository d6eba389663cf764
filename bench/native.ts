/** The native engine beside the kernel, where onnxruntime-node is installed; and medians, as others may share the machine. */
import type { ProductEngine } from "embedtune/math";
import { createOnnxEngine } from "embedtune/onnx";

/** What a job makes of onnxruntime-node on so many threads; nothing, by name, where it is not installed. */
export async function onOnnx<T>(
  threads: number,
  job: (engine: ProductEngine) => T | Promise<T>,
): Promise<T | undefined> {
  const engine = await createOnnxEngine({ threads }).catch((error: unknown) => {
    console.error(`bench: no row of the native engine: ${(error as Error).message}`);
    return undefined;
  });
  if (engine === undefined) return undefined;
  try {
    return await job(engine);
  } finally {
    await engine.close();
  }
}

export const median = (values: readonly number[]): number =>
  values.toSorted((x, y) => x - y)[values.length >> 1];

/** Seconds by the clock, and of all processors. */
export interface Seconds {
  readonly wall: number;
  readonly processor: number;
}

export async function secondsOf(job: () => unknown): Promise<Seconds> {
  const before = process.cpuUsage();
  const start = performance.now();
  await job();
  const wall = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(before);
  return { wall, processor: (user + system) / 1e6 };
}

/** Jobs by turns, so that what else the machine does falls on all of them; the median of each. */
export async function byTurns(
  rounds: number,
  jobs: Readonly<Record<string, () => Promise<Seconds>>>,
): Promise<Record<string, Seconds>> {
  const all = Object.entries(jobs).map(([name, job]) => ({ name, job, times: [] as Seconds[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { job, times } of all) times.push(await job());
  }
  return Object.fromEntries(
    all.map(({ name, times }) => [
      name,
      {
        wall: median(times.map(({ wall }) => wall)),
        processor: median(times.map(({ processor }) => processor)),
      },
    ]),
  );
}
