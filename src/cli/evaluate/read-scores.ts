import { cutText } from "../../base/text/surrogates.js";
import { frameLines } from "../../data/sources/lines.js";
import { openRecordSource } from "../../data/sources/foreign.js";
import { sourceName, type Source } from "../../data/sources/open-source.js";

/** Scores with their labels, in the order of the file. */
export interface ScoredPairs {
  readonly scores: readonly number[];
  readonly labels: readonly number[];
}

/**
 * Reads a JSON Lines file of `{ "score": number, "label": 0 | 1 }`, gzipped or not; other fields are ignored.
 *
 * @throws Error naming file and line for a line that is not such an object, and naming the file when it is missing or
 * holds no line.
 */
export async function readScores(
  source: Source,
  { signal }: { signal?: AbortSignal } = {},
): Promise<ScoredPairs> {
  const file = sourceName(source);
  const scores: number[] = [];
  const labels: number[] = [];
  const utf8 = new TextDecoder("utf-8");
  let expected = 1;
  const position = { source: file, line: 0 };
  for await (const batch of frameLines(openRecordSource(source, { signal }), position)) {
    for (const { value, line } of batch) {
      // Blank lines are passed over. At the end they are white space; anywhere else something is missing.
      if (line > expected) {
        throw new Error(`${file}:${expected}: expected a JSON object, received an empty line`);
      }
      expected = line + 1;
      const text = utf8.decode(value).trim();
      const { score, label } = parseObject(text, `${file}:${line}`);
      if (typeof score !== "number" || !Number.isFinite(score)) {
        throw new Error(`${file}:${line}: score must be a finite number, received ${show(score)}`);
      }
      if (label !== 0 && label !== 1) {
        throw new Error(`${file}:${line}: label must be 0 or 1, received ${show(label)}`);
      }
      scores.push(score);
      labels.push(label);
    }
  }
  if (scores.length === 0) {
    throw new Error(`${file}: expected lines of {"score": number, "label": 0 or 1}, received none`);
  }
  return { scores, labels };
}

function parseObject(text: string, place: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    value = parsePythonNumbers(text);
    if (value === undefined) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${place}: not valid JSON (${reason})`, { cause: error });
    }
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${place}: expected a JSON object, received ${show(value)}`);
  }
  return value as Record<string, unknown>;
}

/** Python writes NaN and Infinity, which JSON does not know; read them, so that the message can name the field. */
function parsePythonNumbers(text: string): unknown {
  try {
    return JSON.parse(text.replaceAll(/(?<=:\s*)(-?Infinity|NaN)(?=\s*[,}])/g, '{"python":"$1"}'));
  } catch {
    return undefined;
  }
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  if (typeof value === "object" && value !== null && "python" in value) return String(value.python);
  const text = JSON.stringify(value);
  return text.length > 60 ? `${cutText(text, 57)}…` : text;
}
