import type { Calibration } from "../evaluate/pairs/calibration/calibration.js";
import type { AdapterMetadata } from "./adapter.js";

/** Metadata as the strings that safetensors allows: numbers and objects as JSON. What is unknown is left out. */
export function writeMetadata({
  embedder,
  method,
  trainingData,
  metrics,
  threshold,
  calibration,
  created,
}: AdapterMetadata): Record<string, string> {
  return {
    method,
    ...(embedder === null ? {} : { embedder }),
    ...(trainingData === undefined ? {} : { training_data: trainingData }),
    ...(metrics === undefined ? {} : { metrics: JSON.stringify(metrics) }),
    ...(threshold === undefined ? {} : { threshold: JSON.stringify(threshold) }),
    ...(calibration === undefined ? {} : { calibration: JSON.stringify(calibration) }),
    ...(created === undefined ? {} : { created }),
  };
}

/**
 * Reads what {@link writeMetadata} wrote.
 *
 * @throws RangeError naming the entry that is missing or of another form.
 */
export function readMetadata(
  strings: Readonly<Record<string, string | undefined>>,
): AdapterMetadata {
  const { embedder = null, method, training_data: trainingData, created } = strings;
  if (method === undefined) throw new RangeError('adapter: metadata "method" is missing');
  const metrics = readJson(strings, "metrics", readMetrics);
  const threshold = readJson(strings, "threshold", readThreshold);
  const calibration = readJson(strings, "calibration", readCalibration);
  return {
    embedder,
    method,
    ...(trainingData === undefined ? {} : { trainingData }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(calibration === undefined ? {} : { calibration }),
    ...(created === undefined ? {} : { created }),
  };
}

function readJson<T>(
  strings: Readonly<Record<string, string | undefined>>,
  name: string,
  read: (value: unknown) => T,
): T | undefined {
  const text = strings[name];
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RangeError(`adapter: metadata "${name}" is not JSON`, { cause });
  }
  return read(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);

function readMetrics(value: unknown): Record<string, number> {
  if (!isObject(value)) {
    throw new RangeError('adapter: metadata "metrics" must be a JSON object of numbers');
  }
  const metrics: Record<string, number> = {};
  for (const [name, figure] of Object.entries(value)) {
    if (!isNumber(figure)) throw new RangeError(`adapter: metric "${name}" must be a number`);
    metrics[name] = figure;
  }
  return metrics;
}

function readThreshold(value: unknown): number {
  if (!isNumber(value)) throw new RangeError('adapter: metadata "threshold" must be a number');
  return value;
}

function readCalibration(value: unknown): Calibration {
  if (isObject(value)) {
    const { method, slope, intercept, scores, probabilities } = value;
    if (method === "platt" && isNumber(slope) && isNumber(intercept)) {
      return { method, slope, intercept };
    }
    if (
      method === "isotonic" &&
      isRising(scores) &&
      isRising(probabilities) &&
      scores.length === probabilities.length
    ) {
      return { method, scores, probabilities };
    }
  }
  throw new RangeError(
    'adapter: metadata "calibration" must be a Platt or an isotonic calibration, as fitCalibration gives it',
  );
}

/** Numbers that never fall, at least one. */
function isRising(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item, i) => isNumber(item) && (i === 0 || item >= (value[i - 1] as number)))
  );
}
