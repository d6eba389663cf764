import { checkChoice, refuse } from "../base/checks.js";
import { show } from "../base/show.js";
import type { Calibration } from "../evaluate/pairs/calibration/calibration.js";
import type { AdapterMetadata } from "./adapter.js";

/** Metadata as the strings that safetensors allows: numbers and objects as JSON. What is unknown is left out. */
export function writeMetadata({
  embedder,
  method,
  side,
  parameters,
  trainingData,
  metrics,
  threshold,
  calibration,
  verdict,
  sentence,
  form,
  target,
  engine,
  created,
}: AdapterMetadata): Record<string, string> {
  return {
    method,
    ...(embedder === null ? {} : { embedder }),
    ...(side === undefined ? {} : { side }),
    ...(parameters === undefined ? {} : { parameters: JSON.stringify(parameters) }),
    ...(trainingData === undefined ? {} : { training_data: trainingData }),
    ...(metrics === undefined ? {} : { metrics: JSON.stringify(metrics) }),
    ...(threshold === undefined ? {} : { threshold: JSON.stringify(threshold) }),
    ...(calibration === undefined ? {} : { calibration: JSON.stringify(calibration) }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(sentence === undefined ? {} : { sentence }),
    ...(form === undefined ? {} : { form }),
    ...(target === undefined ? {} : { target }),
    ...(engine === undefined ? {} : { engine }),
    ...(created === undefined ? {} : { created }),
  };
}

/**
 * Reads what {@link writeMetadata} wrote.
 *
 * @param place The public function that was called, or the file that was read.
 * @throws RangeError naming the entry that is missing or of another form.
 */
export function readMetadata(
  strings: Readonly<Record<string, string | undefined>>,
  place: string,
): AdapterMetadata {
  const entry = (name: string): string => `${place}: metadata "${name}"`;
  const json = <T>(name: string, read: (value: unknown, place: string) => T): T | undefined => {
    const text = strings[name];
    return text === undefined ? undefined : read(parseJson(text, entry(name)), entry(name));
  };
  const { embedder = null, method, side, training_data: trainingData } = strings;
  const { verdict, sentence, form, target, engine, created } = strings;
  if (method === undefined) refuse(entry("method"), "given", method);
  if (side !== undefined) checkChoice(side, entry("side"), ["query", "both"]);
  if (form !== undefined) checkChoice(form, entry("form"), ["moved passages", "known questions"]);
  const parameters = json("parameters", readNumbers);
  const metrics = json("metrics", readNumbers);
  const threshold = json("threshold", readThreshold);
  const calibration = json("calibration", readCalibration);
  return {
    embedder,
    method,
    ...(side === undefined ? {} : { side }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(trainingData === undefined ? {} : { trainingData }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(calibration === undefined ? {} : { calibration }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(sentence === undefined ? {} : { sentence }),
    ...(form === undefined ? {} : { form }),
    ...(target === undefined ? {} : { target }),
    ...(engine === undefined ? {} : { engine }),
    ...(created === undefined ? {} : { created }),
  };
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RangeError(`${place} must be JSON, received ${show(text)}`, { cause });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);

function readNumbers(value: unknown, place: string): Record<string, number> {
  if (!isObject(value)) return refuse(place, "a JSON object of numbers", value);
  // Defined, not assigned, so that "__proto__" is a name like any other.
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (!isNumber(item)) return refuse(`${place}, entry "${name}"`, "a number", item);
      return [name, item];
    }),
  );
}

function readThreshold(value: unknown, place: string): number {
  return isNumber(value) ? value : refuse(place, "a number", value);
}

function readCalibration(value: unknown, place: string): Calibration {
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
  return refuse(place, "a Platt or an isotonic calibration as fitCalibration gives it", value);
}

/** Numbers that never fall, at least one. */
function isRising(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item, i) => isNumber(item) && (i === 0 || item >= (value[i - 1] as number)))
  );
}
