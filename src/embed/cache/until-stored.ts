import { sleep } from "../../base/sleep.js";
import { untilAborted } from "../../base/until-aborted.js";

/** How long an abort waits for what was paid for to be stored, in milliseconds. */
const graceMs = 500;

/** Waits for a write. Of an abort it is told like everybody, but what is being written may still arrive. */
export async function untilStored(
  write: Promise<void>,
  signal: Parameters<typeof untilAborted>[1],
): Promise<void> {
  try {
    await untilAborted(write, signal);
  } catch (error) {
    if (signal?.aborted === true) {
      const stored = new AbortController();
      await Promise.race([write, sleep(graceMs, stored.signal)]).catch(() => undefined);
      stored.abort();
    }
    throw error;
  }
}
