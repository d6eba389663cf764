import { createYielder } from "../../base/event-loop.js";
import type { LongJobOptions } from "../../base/progress.js";
import type { Matrix } from "../../math/matrix.js";
import type { Projection } from "../latent-space.js";
import { layout, type Tsne, type TsneSettings } from "./layout.js";

export interface TsneOptions extends TsneSettings, LongJobOptions {
  /** @default 2 */
  readonly dimensions?: 2 | 3 | undefined;
  /** Draws the jitter of the start, a hundredth of it, which tells apart what would begin in one place. @default 1 */
  readonly seed?: string | number | undefined;
  /**
   * Where the points begin, n × `dimensions`. Only the layout counts: it is moved to the origin and scaled to a standard
   * deviation of 10⁻⁴. From an earlier view of the same points, clusters come to lie about where they were.
   *
   * @default the principal components
   */
  readonly start?: Matrix | undefined;
}

/**
 * t-SNE (van der Maaten & Hinton 2008) of the rows of `vectors` (n × d) by Barnes–Hut trees (van der Maaten 2014), from the
 * principal components, which keeps the layout of the whole (Kobak & Berens 2019), and at the learning rate of Belkina et
 * al. (2019). It shows which points are neighbours; distances between clusters, and their sizes, mean little.
 *
 * Neighbours are exact, by Euclidean distance (which orders rows of length 1 as cosine does). They take n² d steps, each
 * iteration n log n. The same seed gives the same bits; the event loop turns in between. In three dimensions, too, Student's
 * distribution has one degree of freedom, where scikit-learn gives it two.
 *
 * @throws RangeError for fewer than 3 rows, rows that are all equal, a value that is not finite, an option out of range, a
 *   start of another shape, or points that run out of numbers under a learning rate too high; the signal's reason when stopped.
 */
export async function tsne(
  vectors: Matrix,
  { dimensions = 2, seed = 1, start, signal, onProgress, ...settings }: TsneOptions = {},
): Promise<Tsne> {
  signal?.throwIfAborted();
  const work = layout(vectors, { ...settings, dimensions, seed, start }, "tsne");
  const pause = createYielder();
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    const turn = pause();
    if (turn === undefined) continue;
    onProgress?.(value);
    await turn;
    signal?.throwIfAborted();
  }
}

/**
 * {@link tsne} as a {@link Projection}: `latentSpace(queries, passages, pairs, { projection: tsneProjection() })`. Aligned to an
 * earlier view it begins from that view. It holds the event loop until it is done.
 *
 * @throws RangeError as {@link tsne}, when it is applied.
 */
export function tsneProjection(settings: TsneSettings = {}): Projection {
  return (vectors, options) => {
    const work = layout(vectors, { ...settings, ...options }, "tsneProjection");
    for (;;) {
      const { done, value } = work.next();
      if (done === true) return { method: "t-SNE", coordinates: value.points };
    }
  };
}
