import { cutText } from "../../../base/text/surrogates.js";

/** What a server says of an error, whatever it wraps it in. */
export interface ServerWords {
  /** Its own words: at most 300 characters of text, without tags; empty where it says nothing. */
  readonly message: string;
  /** Its code or type, e.g. `"insufficient_quota"`. */
  readonly code?: string | undefined;
  readonly type?: string | undefined;
  /** The HTTP status that it names in the body. */
  readonly status?: number | undefined;
  /** Milliseconds until its model is there, where it says how long that will take. */
  readonly waitMs?: number | undefined;
}

const mostCharacters = 300;
/** What is looked at of a body: tags are taken out in a time that grows faster than the text. */
const mostLookedAt = 16_384;

/**
 * Reads an error's body: OpenAI's `{"error": {…}}` and what others send: `error` as text, `message` or `detail` beside it
 * (FastAPI's list of faults too), plain text, a page of HTML. Hugging Face's inference tells in `estimated_time` how many seconds
 * loading a model will take.
 */
export function serverWords(body: unknown): ServerWords {
  const parsed = typeof body === "string" ? parse(body) : body;
  if (typeof parsed === "string") return { message: plainText(parsed) };
  if (!isRecord(parsed)) return { message: "" };
  const inner = isRecord(parsed.error) ? parsed.error : parsed;
  const said = [
    ...[inner.message, inner.error, inner.detail, inner.msg, inner.title],
    ...[parsed.message, parsed.detail, inner],
  ];
  const text = said.map(sayWhat).find((words) => words !== "") ?? "";
  const name = (value: unknown): string | undefined =>
    typeof value === "string" && value !== "" ? plainText(value) : undefined;
  const number = [inner.code, inner.status, parsed.code, parsed.status].map(Number).find(isStatus);
  return {
    message: plainText(text),
    code: name(inner.code),
    type: name(inner.type) ?? name(parsed.error_type),
    status: number,
    waitMs: [inner.estimated_time, parsed.estimated_time].map(milliseconds).find((ms) => ms > 0),
  };
}

const milliseconds = (seconds: unknown): number =>
  typeof seconds === "number" ? Math.ceil(1000 * seconds) : 0;

/** Whether an answer with status 200 is an error for all that. */
export function isErrorBody(body: unknown): boolean {
  if (!isRecord(body) || Array.isArray(body.data)) return false;
  const { error, object, message, detail } = body;
  return (error !== undefined && error !== null) || object === "error" || !!(message ?? detail);
}

function sayWhat(value: unknown): string {
  if (typeof value === "string") return value.trim();
  if (Array.isArray(value)) {
    return value
      .slice(0, 5)
      .map(sayWhat)
      .filter((words) => words !== "")
      .join("; ");
  }
  if (!isRecord(value)) return "";
  const { msg, message, loc } = value;
  const words = typeof msg === "string" ? msg : message;
  if (typeof words === "string") return Array.isArray(loc) ? `${loc.join(".")}: ${words}` : words;
  return Object.keys(value).length === 0 ? "" : JSON.stringify(value).slice(0, mostLookedAt);
}

/** Text of a page or a sentence: tags, scripts and styles taken out, on one line, at most 300 characters. */
export function plainText(text: string): string {
  const line = text
    .slice(0, mostLookedAt)
    .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, " ")
    .replace(/<[!/]?[a-z][^<>]*>/gi, " ")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > mostCharacters ? `${cutText(line, mostCharacters - 1)}…` : line;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const isStatus = (value: number): boolean => value >= 400 && value < 600;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
