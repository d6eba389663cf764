import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { Random } from "../../src/base/random.js";

/** What a fault is made of. */
export interface FaultContext {
  readonly response: ServerResponse;
  readonly inputs: readonly string[];
  readonly base64: boolean;
  readonly dimensions: number;
  readonly random: Random;
  /** How long a silent server keeps a connection, in milliseconds. */
  readonly stallMs: number;
}

type Fault = (context: FaultContext) => void;

/** The vector of a text: different texts have different ones, half pairs of surrogates too. */
export function stormVector(text: string, dimensions: number): Float32Array {
  const hash = createHash("sha256").update(Buffer.from(text, "utf16le")).digest();
  return Float32Array.from(
    { length: dimensions },
    (_, j) => (hash.readUInt16LE((2 * j) % 30) - 32_768) / 32_768 + 1e-6,
  );
}

const toBase64 = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64");

interface Item {
  index?: unknown;
  embedding: unknown;
}

/** The items of a right answer. */
function itemsOf({ inputs, base64, dimensions }: FaultContext): Item[] {
  return inputs.map((text, index) => {
    const vector = stormVector(text, dimensions);
    return { object: "embedding", index, embedding: base64 ? toBase64(vector) : [...vector] };
  });
}

const bodyOf = (data: unknown, count: number): string =>
  JSON.stringify({
    ...{ object: "list", model: "m", data },
    usage: { prompt_tokens: count, total_tokens: count },
  });

const json = { "content-type": "application/json" };

function send(
  { response }: FaultContext,
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = json,
): void {
  response.writeHead(status, headers);
  response.end(body);
}

/** The right answer. */
export const rightAnswer: Fault = (context) =>
  send(context, 200, bodyOf(itemsOf(context), context.inputs.length));

const openAIError = (message: string, code: string | null = null): string =>
  JSON.stringify({ error: { message, type: "server_error", param: null, code } });

const status =
  (code: number, body: string, headers: Readonly<Record<string, string>> = {}): Fault =>
  (context) =>
    send(context, code, body, { ...json, ...headers });
const slowDown =
  (headers: () => Readonly<Record<string, string>>): Fault =>
  (context) =>
    status(429, openAIError("slow down", "rate_limit_exceeded"), headers())(context);
const html = (title: string): string =>
  `<!doctype html><html><head><title>${title}</title><style>p{}</style></head><body><h1>${title}</h1>${"<p>sorry</p>".repeat(60)}</body></html>`;
const page =
  (code: number): Fault =>
  (context) =>
    send(context, code, html(`${code} from a gateway`), { "content-type": "text/html" });
const body200 =
  (body: string, type = "application/json"): Fault =>
  (context) =>
    send(context, 200, body, { "content-type": type });

/** A right answer in which something was changed. */
const changed =
  (change: (items: Item[], context: FaultContext) => Item[] | undefined): Fault =>
  (context) => {
    const items = itemsOf(context);
    send(context, 200, bodyOf(change(items, context) ?? items, context.inputs.length));
  };
/** One row was changed. */
const changedRow = (change: (vector: Float32Array, item: Item, context: FaultContext) => unknown) =>
  changed((items, context) => {
    const k = context.random.integer(items.length);
    const vector = stormVector(context.inputs[k], context.dimensions);
    items[k].embedding = change(vector, items[k], context);
    return items;
  });
const withValue = (value: number): Fault =>
  changedRow((vector) => {
    vector[1] = value;
    return toBase64(vector);
  });
const rightWith =
  (headers: () => Readonly<Record<string, string>>): Fault =>
  (context) =>
    send(context, 200, bodyOf(itemsOf(context), context.inputs.length), { ...json, ...headers() });

/** Sends a part of the right answer, then does something. */
const part =
  (then: (response: ServerResponse, rest: string, context: FaultContext) => void): Fault =>
  (context) => {
    const text = bodyOf(itemsOf(context), context.inputs.length);
    const { response } = context;
    response.writeHead(200, { ...json, "content-length": String(Buffer.byteLength(text)) });
    response.write(text.slice(0, text.length >> 1), () =>
      then(response, text.slice(text.length >> 1), context),
    );
  };
const later = (ms: number, work: () => void): void => {
  setTimeout(work, ms).unref();
};

/** What passes when it is asked again. */
export const passingFaults: Readonly<Record<string, Fault>> = {
  "429": slowDown(() => ({})),
  "429, seconds": slowDown(() => ({ "retry-after": "0.02" })),
  "429, milliseconds": slowDown(() => ({ "retry-after-ms": "15" })),
  "429, a date": slowDown(() => ({ "retry-after": new Date(Date.now() + 500).toUTCString() })),
  "429, for ever": slowDown(() => ({ "retry-after": "1e308", "retry-after-ms": "9e307" })),
  "429, before now": slowDown(() => ({ "retry-after": "-5", "retry-after-ms": "NaN" })),
  "429, no number": slowDown(() => ({ "retry-after": "soon", "retry-after-ms": "" })),
  "429 with rate headers": slowDown(() => ({
    "x-ratelimit-limit-requests": "100000",
    "x-ratelimit-remaining-requests": "99999",
    "x-ratelimit-reset-requests": "20ms",
  })),
  "429 as a page": page(429),
  "408": status(408, openAIError("late")),
  "409": status(409, openAIError("conflict")),
  "424": status(424, JSON.stringify({ error: "inference failed", error_type: "Backend" })),
  "425": status(425, "too early"),
  "500": status(500, openAIError("internal")),
  "500, a page": page(500),
  "500, nothing": status(500, ""),
  "500, its words elsewhere": status(500, JSON.stringify({ detail: "out of memory" })),
  "502": page(502),
  "503": status(503, JSON.stringify({ message: "loading the model" })),
  "503, three megabytes": status(503, "x".repeat(3_000_000), { "content-type": "text/plain" }),
  "504": page(504),
  "520": status(520, "origin error", { "content-type": "text/plain" }),
  "529": status(529, openAIError("overloaded", "overloaded_error")),
  "reset at once": ({ response }) => response.socket?.resetAndDestroy(),
  "closed at once": ({ response }) => response.socket?.destroy(),
  "reset after the headers": ({ response }) => {
    response.writeHead(200, json);
    response.flushHeaders();
    later(3, () => response.socket?.resetAndDestroy());
  },
  "half a body": part((response) => response.destroy()),
  "half a body, chunked": (context) => {
    const text = bodyOf(itemsOf(context), context.inputs.length);
    send(context, 200, text.slice(0, text.length >> 1));
  },
  "silence before": ({ response, stallMs }) => later(stallMs, () => response.destroy()),
  "silence in the body": part((response, _, { stallMs }) =>
    later(stallMs, () => response.destroy()),
  ),
  "an endless body": ({ response }) => {
    response.writeHead(200, json);
    const blanks = Buffer.alloc(1 << 18, 0x20);
    const more = (): void => {
      if (!response.destroyed) response.write(blanks, more);
    };
    more();
  },
  "gzip, cut": (context) => {
    const packed = gzipSync(bodyOf(itemsOf(context), context.inputs.length));
    send(context, 200, packed.subarray(0, packed.length >> 1), {
      ...json,
      "content-encoding": "gzip",
    });
  },
  "gzip that is none": (context) =>
    send(context, 200, bodyOf(itemsOf(context), context.inputs.length), {
      ...json,
      "content-encoding": "gzip",
    }),
  "200, an error": body200(openAIError("an error with status 200")),
  "200, an error of another kind": body200(
    JSON.stringify({ object: "error", message: "worker died", code: 50_001 }),
  ),
  "200, a page": body200(html("maintenance"), "text/html"),
  "200, nothing": body200(""),
  "200, null": body200("null"),
  "200, a list": body200("[]"),
  "200, text": body200("ok", "text/plain"),
  "200, data null": body200(JSON.stringify({ object: "list", data: null })),
  "one vector less": changed((items) => items.slice(1)),
  "one vector more": changed((items) => [...items, { ...items[0], index: items.length }]),
  "an index twice": changed((items, { response }) => {
    if (items.length < 2) response.statusCode = 500;
    items[items.length - 1].index = 0;
    return items.length < 2 ? [] : items;
  }),
  "an index out of range": changed((items, { random }) => {
    items[random.integer(items.length)].index = [-1, items.length, 0.5, 1e9][random.integer(4)];
    return items;
  }),
  "no NaN in JSON": (context) => {
    const text = bodyOf(itemsOf({ ...context, base64: false }), context.inputs.length);
    send(context, 200, text.replace(/\[-?[\d.e-]+,/, "[NaN,"));
  },
  "a NaN": withValue(NaN),
  "an infinity": withValue(Infinity),
  "a null among the values": changedRow((vector) =>
    [...vector].map((v, j) => (j === 1 ? null : v)),
  ),
  "a text among the values": changedRow((vector) => [...vector].map((v, j) => (j === 1 ? "x" : v))),
  "a value too large for 32 bits": changedRow((vector) =>
    [...vector].map((v, j) => (j === 1 ? 1e300 : v)),
  ),
  "zeros only": changedRow((vector) => toBase64(vector.fill(0))),
  "no vector": changedRow(() => null),
  "a vector in a vector": changedRow((vector) => [[...vector]]),
  "a vector one shorter": changedRow((vector, _, { inputs, dimensions }) =>
    toBase64(inputs.length < 2 ? vector.fill(NaN) : stormVector(inputs[0], dimensions - 1)),
  ),
  "base64 cut": changedRow((vector) => toBase64(vector).slice(0, 9)),
  "base64 with a byte more": changedRow((vector) =>
    Buffer.concat([Buffer.from(vector.buffer), Buffer.of(1)]).toString("base64"),
  ),
  "no base64": changedRow(() => "!!!***"),
};

/** Right answers in odd clothes: nothing is asked again. */
export const harmlessFaults: Readonly<Record<string, Fault>> = {
  "another order": changed((items) => items.reverse()),
  "numbers instead of base64": (context) => rightAnswer({ ...context, base64: false }),
  "no index": changed((items) => items.map(({ embedding }) => ({ embedding }))),
  "an index as text": changed((items) =>
    items.map((item) => ({ ...item, index: String(item.index) })),
  ),
  gzip: (context) => {
    const packed = gzipSync(bodyOf(itemsOf(context), context.inputs.length));
    send(context, 200, packed, { ...json, "content-encoding": "gzip" });
  },
  "a byte-order mark": (context) =>
    send(context, 200, `\ufeff${bodyOf(itemsOf(context), context.inputs.length)}`, {
      "content-type": "text/plain",
    }),
  "no content type": (context) =>
    send(context, 200, bodyOf(itemsOf(context), context.inputs.length), {}),
  "no usage": (context) => send(context, 200, JSON.stringify({ data: itemsOf(context) })),
  "in two pieces": part((response, rest) => later(5, () => response.end(rest))),
  "limits of -1": rightWith(() => ({
    "x-ratelimit-limit-requests": "-1",
    "x-ratelimit-remaining-requests": "-1",
    "x-ratelimit-reset-requests": "-1",
  })),
  "nothing left, for an hour": rightWith(() => ({
    "x-ratelimit-limit-requests": "100000",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "1h",
  })),
  "a reset as a date": rightWith(() => ({
    "x-ratelimit-limit-tokens": "100000000",
    "x-ratelimit-remaining-tokens": "99999999",
    "x-ratelimit-reset-tokens": String(Math.ceil(Date.now() / 1000)),
  })),
};

/** What ends a job, or costs a text; the next run goes on. */
export const endingFaults: Readonly<Record<string, Fault>> = {
  "400 for no reason": status(400, openAIError("bad input", "invalid_request_error")),
  "413 for no reason": page(413),
  "422 for no reason": status(
    422,
    JSON.stringify({ detail: [{ loc: ["body", "input"], msg: "value is not valid" }] }),
  ),
  "401": status(401, openAIError("Incorrect API key provided: sk-storm-SECRET", "invalid_api_key")),
  "404, no such model": status(404, openAIError("The model does not exist", "model_not_found")),
  "the quota is used up": status(429, openAIError("You exceeded your quota", "insufficient_quota")),
};
