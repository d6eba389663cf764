import { sleep } from "../../base/sleep.js";
import { untilAborted } from "../../base/until-aborted.js";
import type { EmbedOptions } from "../embedder.js";
import { RefusedTextsError } from "../requests/refused-texts.js";
import type { KeyValueStore, Lease } from "../stores/key-value-store.js";
import type { MissingText, Receiver, SharedCache } from "./shared-cache.js";
import type { HeldClaims } from "./single-flight.js";

/** A lease that nobody renews ends after this time: so long does a crashed holder block the others. */
const leaseMs = 30_000;
const renewMs = 10_000;
/** Texts of one lease; the fewer there are in all, the fewer, so that several processes have something to do. */
const mostTexts = 8192;
const fewestTexts = 256;
/** Between two looks at what others are embedding, in milliseconds. */
const shortestPause = 50;
const longestPause = 1000;

/** Embeds texts; RefusedTextsError says which cannot be, by their positions in the job. */
export type EmbedPart = (part: readonly MissingText[]) => Promise<void>;

/**
 * Embeds what is missing, a part at a time, each under a lease: a text that another process is embedding is waited for, and
 * embedded here only when that process has given it up or is gone.
 */
export async function shareWork(
  { stored, counts }: Pick<SharedCache, "stored" | "counts">,
  lease: NonNullable<KeyValueStore["lease"]>,
  missing: readonly MissingText[],
  { signal }: Pick<EmbedOptions, "signal">,
  claims: HeldClaims<Float32Array>,
  { put, report }: Receiver,
  embed: EmbedPart,
): Promise<void> {
  /** Gives what the store has by now; the others. */
  const provideStored = async (texts: readonly MissingText[]): Promise<MissingText[]> => {
    const keys = texts.map(({ key }) => key);
    const read = stored.read(keys, (k, vector) => {
      put(texts[k].text, vector);
      claims.settle(keys[k], () => vector.slice());
    });
    const { absent } = await untilAborted(read, signal);
    const found = texts.length - absent.length;
    counts.hits += found;
    counts.misses -= found;
    if (found > 0) report();
    return absent.map((k) => texts[k]);
  };

  const size = Math.min(mostTexts, Math.max(fewestTexts, Math.ceil(missing.length / 8)));
  const refusals: RefusedTextsError[] = [];
  let left = missing;
  let pause = shortestPause;
  for (;;) {
    const others: MissingText[] = [];
    for (let start = 0; start < left.length; start += size) {
      signal?.throwIfAborted();
      const part = left.slice(start, start + size);
      const keys = part.map(({ key }) => key);
      const asked = lease(keys, leaseMs);
      const taken = await untilAborted(asked, signal).catch((error: unknown) => {
        asked.then((late) => late.release()).catch(() => undefined); // it comes after the abort
        throw error;
      });
      const held = new Set(taken.held);
      others.push(...part.filter((_, k) => !held.has(k)));
      if (held.size === 0) continue;
      try {
        // Whoever had the lease before may have stored it.
        const own = await provideStored(part.filter((_, k) => held.has(k)));
        if (own.length > 0) await renewing(taken, () => embed(own));
        pause = shortestPause;
      } catch (error) {
        // The others are embedded all the same.
        if (!(error instanceof RefusedTextsError)) throw error;
        refusals.push(error);
      } finally {
        await untilAborted(taken.release(), signal).catch(() => undefined); // it ends by itself
      }
    }
    if (others.length === 0) break;
    left = await provideStored(others);
    if (left.length === 0) break;
    if (left.length < others.length) pause = shortestPause;
    report({
      for: "another process that embeds the same texts",
      until: new Date(Date.now() + leaseMs),
    });
    await sleep(pause, signal);
    pause = Math.min(longestPause, 2 * pause);
  }
  if (refusals.length > 0) {
    const refused = refusals.flatMap((error) => error.refused);
    throw new RefusedTextsError(refusals[0].caller, refused, { cause: refusals[0].cause });
  }
}

/** Keeps a lease for as long as the work takes. */
async function renewing(lease: Lease, work: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => {
    lease.renew().catch(() => undefined); // what is not renewed may be embedded twice, no more
  }, renewMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
