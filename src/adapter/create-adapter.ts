import type { Adapter, AdapterMetadata, AdapterSide } from "./adapter.js";
import { recordEngine } from "../math/engines/engine-scope.js";
import { checkAdapter } from "./check.js";
import { isIdentitySide } from "./identity-side.js";

/** What a fit has found, and what it knows about how. */
export interface AdapterParts extends Omit<AdapterMetadata, "side"> {
  /** Length d of the vectors that were fitted on. */
  readonly inputDimensions: number;
  /** Length k of what comes out. @default the columns of the queries' weights, else `inputDimensions` */
  readonly outputDimensions?: number | undefined;
  /** The map of the queries. Parts are kept as they are, not copied. */
  readonly query: AdapterSide;
  /** The map of the passages; `{ center: null, weights: null }` leaves an indexed corpus as it is. */
  readonly passage: AdapterSide;
}

/**
 * The one way from a fit to an {@link Adapter}: its parts fit together and its metadata is complete. Which side it
 * changes is read from the maps. What is unknown is left out, so that equal fits give equal adapters.
 *
 * @throws RangeError naming the part: dimensions that are no integers >= 1, a center that has not d values, weights that
 *   are not d × k, a low rank that is not d × r and r × d, weights beside a low rank, a value that is not finite.
 */
export function createAdapter({
  inputDimensions,
  query,
  passage,
  outputDimensions = query.weights?.cols ?? inputDimensions,
  embedder,
  method,
  parameters,
  trainingData,
  metrics,
  threshold,
  calibration,
  verdict,
  sentence,
  form,
  target,
  engine = recordEngine().engine,
  created,
}: AdapterParts): Adapter {
  const adapter: Adapter = {
    inputDimensions,
    outputDimensions,
    query,
    passage,
    metadata: {
      embedder,
      method,
      side: isIdentitySide(passage) ? "query" : "both",
      ...(parameters === undefined ? {} : { parameters: { ...parameters } }),
      ...(trainingData === undefined ? {} : { trainingData }),
      ...(metrics === undefined ? {} : { metrics: { ...metrics } }),
      ...(threshold === undefined ? {} : { threshold }),
      ...(calibration === undefined ? {} : { calibration }),
      ...(verdict === undefined ? {} : { verdict }),
      ...(sentence === undefined ? {} : { sentence }),
      ...(form === undefined ? {} : { form }),
      ...(target === undefined ? {} : { target }),
      ...(engine === undefined ? {} : { engine }),
      ...(created === undefined ? {} : { created }),
    },
  };
  checkAdapter(adapter, "createAdapter");
  return adapter;
}
