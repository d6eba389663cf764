import { stat } from "node:fs/promises";
import type { Progress } from "../../base/progress.js";
import type { Source } from "./open-source.js";

const reportEvery = 100; // ms

/** Progress in bytes as they lie on disk, so that the total is known for compressed files as well. */
export async function byteProgress(
  sources: readonly Source[],
  onProgress: (progress: Progress) => void,
): Promise<(count: number) => void> {
  let total: number | undefined = 0;
  for (const source of sources) {
    const size =
      typeof source === "string" && source !== "-"
        ? await stat(source).then(
            (file) => file.size,
            () => 0,
          )
        : undefined;
    total = size === undefined || total === undefined ? undefined : total + size;
  }
  let done = 0;
  let reported = -Infinity;
  return (count) => {
    done += count;
    const now = performance.now();
    if (now - reported < reportEvery && done !== total) return;
    reported = now;
    onProgress({ stage: "read", done, total });
  };
}
