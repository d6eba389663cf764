import { untilAborted } from "../../base/until-aborted.js";
import { rowOf } from "../../math/matrix.js";
import { checkVectorCount, VectorLengthError } from "../check-vectors.js";
import type { EmbedOptions } from "../embedder.js";
import { canEndSoftly } from "../requests/no-more.js";
import { batchesOf } from "../requests/batches-of.js";
import { reindexRefusals } from "../requests/refused-texts.js";
import { shareWork } from "./share-work.js";
import type { MissingText, Receiver, SharedCache } from "./shared-cache.js";
import { holdClaims, type HeldClaims } from "./single-flight.js";
import { untilStored } from "./until-stored.js";
import { keySlices, StoreWriteError, type KeySlice } from "./stored-vectors.js";

interface AwaitedText {
  /** Position among the texts. */
  readonly text: number;
  /** From the call that has claimed it; `undefined` when that one failed or was stopped. */
  readonly vector: Promise<Float32Array | undefined>;
}

/**
 * Gives every text's vector to the receiver: from the store, from the embedder, or from another call that is about to
 * have it.
 *
 * @param texts Different from each other.
 * @throws RefusedTextsError with the positions of `texts`.
 */
export async function provideVectors(
  cache: SharedCache,
  texts: readonly string[],
  options: EmbedOptions,
  receiver: Receiver,
): Promise<void> {
  const claims = holdClaims(cache.flight);
  let awaited: readonly AwaitedText[];
  try {
    const notStored = await provideStored(cache, texts, options, claims, receiver);
    awaited = notStored.awaited;
    const { missing } = notStored;
    const embed = (part: readonly MissingText[]): Promise<void> =>
      embedMissing(cache, texts, part, options, claims, receiver);
    if (cache.lease !== undefined) {
      await shareWork(cache, cache.lease, missing, options, claims, receiver, embed);
    } else if (missing.length > 0) await embed(missing);
  } finally {
    claims.release();
  }
  const abandoned = await provideAwaited(cache, awaited, options, receiver);
  // Whoever had claimed these failed or was stopped; that is no reason for this call to.
  if (abandoned.length === 0) return;
  const { put, report } = receiver;
  await provideVectors(
    cache,
    abandoned.map((text) => texts[text]),
    options,
    { put: (k, vector) => put(abandoned[k], vector), report },
  ).catch((error: unknown) => {
    throw reindexRefusals(error, (k) => abandoned[k]);
  });
}

/** Gives what the store has, and claims the rest: to be embedded, or awaited from the call that was first. */
async function provideStored(
  { stored, flight, counts }: SharedCache,
  texts: readonly string[],
  options: EmbedOptions,
  claims: HeldClaims<Float32Array>,
  { put, report }: Receiver,
): Promise<{ readonly missing: readonly MissingText[]; readonly awaited: readonly AwaitedText[] }> {
  const { signal } = options;
  const missing: MissingText[] = [];
  const awaited: AwaitedText[] = [];
  for await (const slice of keySlices(stored, texts, options)) {
    const { start, keys } = slice;
    const before = flight.settled();
    const { absent, damaged } = await untilAborted(
      stored.read(keys, (k, vector) => put(start + k, vector)),
      signal,
    );
    counts.hits += keys.length - absent.length;
    const claimed: number[] = [];
    for (const k of absent) {
      if (claims.claim(keys[k])) claimed.push(k);
      else awaited.push({ text: start + k, vector: flight.wait(keys[k]) });
    }
    // Another call may have stored it between the read and the claim. And only the owner of a claim drops what is
    // damaged: by now another may have replaced it.
    const stale = damaged.length > 0 || flight.settled() !== before;
    const rest = stale
      ? await untilAborted(
          provideClaimed({ stored, counts }, slice, claimed, claims, put, signal),
          signal,
        )
      : claimed;
    for (const k of rest) missing.push({ text: start + k, key: keys[k] });
    counts.misses += rest.length;
    report();
  }
  return { missing, awaited };
}

/**
 * Reads what a call has claimed once more, and drops what is damaged.
 *
 * @returns The positions in the slice that must be embedded.
 */
async function provideClaimed(
  { stored, counts }: Pick<SharedCache, "stored" | "counts">,
  { start, keys }: KeySlice,
  claimed: readonly number[],
  claims: HeldClaims<Float32Array>,
  put: Receiver["put"],
  signal: EmbedOptions["signal"],
): Promise<number[]> {
  const claimedKeys = claimed.map((k) => keys[k]);
  const { absent, damaged } = await stored.read(claimedKeys, (position, vector) => {
    put(start + claimed[position], vector);
    // Whoever waits keeps it; the store only lent it.
    claims.settle(claimedKeys[position], () => vector.slice());
  });
  signal?.throwIfAborted(); // the claims are no longer this call's
  if (damaged.length > 0) await stored.remove(damaged.map((position) => claimedKeys[position]));
  counts.damaged += damaged.length;
  counts.hits += claimed.length - absent.length;
  return absent.map((position) => claimed[position]);
}

/** Embeds what is missing; each batch is stored before the next one is awaited. */
async function embedMissing(
  { embedder, stored, batchSize }: SharedCache,
  texts: readonly string[],
  missing: readonly MissingText[],
  options: EmbedOptions,
  claims: HeldClaims<Float32Array>,
  { put, report }: Receiver,
): Promise<void> {
  const noMore = new AbortController();
  const job = { ...options, onWait: report, noMore: noMore.signal };
  /** What cannot be stored is handed back, with all that is on its way. */
  let unstored: StoreWriteError | undefined;
  const wanted = missing.map(({ text }) => texts[text]);
  const keys = missing.map(({ key }) => key);
  let answered = 0;
  try {
    for await (const batch of batchesOf(embedder, wanted, job, batchSize)) {
      const { indices, vectors } = batch;
      if (!unstored) {
        await untilStored(stored.write(keys, batch), options.signal).catch((error: unknown) => {
          if (!(error instanceof StoreWriteError)) throw error;
          unstored = error;
          noMore.abort(error);
        });
      }
      for (const [k, index] of indices.entries()) {
        put(missing[index].text, rowOf(vectors, k));
        claims.settle(keys[index], () => rowOf(vectors, k));
      }
      answered += indices.length;
      report();
      if (unstored && !canEndSoftly(embedder)) break;
    }
    if (unstored) throw unstored;
  } catch (cause) {
    const error = unstored ?? cause;
    if (error instanceof VectorLengthError) await stored.takeBack();
    throw reindexRefusals(error, (k) => missing[k].text);
  }
  checkVectorCount(embedder.id, answered, missing.length);
}

/**
 * Waits for what other calls have claimed.
 *
 * @returns The positions of the texts that those calls gave up.
 */
async function provideAwaited(
  { counts }: SharedCache,
  awaited: readonly AwaitedText[],
  { signal }: EmbedOptions,
  { put, report }: Receiver,
): Promise<number[]> {
  const abandoned: number[] = [];
  for (const { text, vector } of awaited) {
    const value = await untilAborted(vector, signal);
    if (value === undefined) abandoned.push(text);
    else {
      counts.hits++;
      put(text, value);
      report();
    }
  }
  return abandoned;
}
