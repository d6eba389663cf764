import type { IncomingMessage, ServerResponse } from "node:http";

/** A batch as the fake server keeps it. */
export interface FakeBatch {
  readonly id: string;
  status: string;
  readonly input_file_id: string;
  output_file_id: string | null;
  error_file_id: string | null;
  readonly created_at: number;
  readonly metadata: unknown;
  errors: { data: { message: string }[] } | null;
}

interface InputLine {
  readonly custom_id: string;
  readonly body: { readonly input: string; readonly model: string; readonly dimensions?: number };
}

/** A way to misbehave: `n` counts the calls of that kind from 0. */
export type BatchFault = (
  call: "create" | "content",
  n: number,
) =>
  /** The batch is begun, the answer lost. */
  | "reset"
  /** Half of a file, then the connection ends. */
  | "half-body"
  /** Half of a file, then silence. */
  | "stall"
  /** The file was deleted. */
  | "gone"
  | undefined;

/**
 * OpenAI's files and batches, as far as embeddings need them. A batch is done when it was looked at `looksNeeded` times; an input that
 * contains "bad" fails by itself; one that contains "fail the batch" fails its whole batch; one that contains "expire" is
 * not reached before its batch expires; the answer to one that contains "damage" is cut.
 */
export function createFakeBatchAPI(
  vectorOf: (text: string, dimensions: number | undefined, model: string) => Float32Array,
  looksNeeded: number,
  faultOf: BatchFault = () => undefined,
) {
  const calls = { create: 0, content: 0 };
  const files = new Map<string, string>();
  const batches: FakeBatch[] = [];
  const looks = new Map<string, number>();

  const store = (content: string): string => {
    const id = `file-${files.size + 1}`;
    files.set(id, content);
    return id;
  };
  const linesOf = (file: string): InputLine[] =>
    (files.get(file) as string).split("\n").map((line) => JSON.parse(line) as InputLine);

  const finish = (batch: FakeBatch): void => {
    const lines = linesOf(batch.input_file_id);
    if (lines.some(({ body }) => body.input.includes("fail the batch"))) {
      batch.status = "failed";
      batch.errors = { data: [{ message: "Enqueued token limit reached" }] };
      return;
    }
    const output: string[] = [];
    const errors: string[] = [];
    batch.status = "completed";
    for (const { custom_id, body } of lines.reverse()) {
      if (body.input.includes("expire")) {
        batch.status = "expired";
        continue;
      }
      if (body.input.includes("bad")) {
        const error = { message: "This input is refused", type: "invalid_request_error" };
        const response = { status_code: 400, body: { error } };
        errors.push(JSON.stringify({ custom_id, response, error: null }));
        continue;
      }
      const vector = vectorOf(body.input, body.dimensions, body.model);
      const embedding = Buffer.from(vector.buffer).toString("base64");
      const data = [{ object: "embedding", index: 0, embedding }];
      const usage = { prompt_tokens: 5, total_tokens: 5 };
      const response = { status_code: 200, body: { object: "list", data, usage } };
      const line = JSON.stringify({ custom_id, response, error: null });
      output.push(body.input.includes("damage") ? line.slice(0, line.length / 2) : line);
    }
    if (output.length > 0) batch.output_file_id = store(output.join("\n"));
    if (errors.length > 0) batch.error_file_id = store(errors.join("\n"));
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const json = (value: unknown): void => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    const { pathname, searchParams } = new URL(request.url as string, "http://localhost");
    const [, , kind, id, part] = pathname.split("/");
    if (kind === "files" && request.method === "POST") {
      const content = /filename="[^"]*"\r\n(?:[^\r\n]+\r\n)*\r\n([^]*?)\r\n--/.exec(body)?.[1];
      json({ id: store(content as string), object: "file", purpose: "batch" });
    } else if (kind === "files" && part === "content") {
      const content = files.get(id) as string;
      const fault = faultOf("content", calls.content++);
      if (fault === "gone") {
        response.writeHead(404, { "content-type": "application/json" });
        response.end(JSON.stringify({ error: { message: `No such File object: ${id}` } }));
        return;
      }
      response.writeHead(200, {
        "content-type": "application/octet-stream",
        "content-length": Buffer.byteLength(content),
      });
      if (fault === undefined) response.end(content);
      else {
        response.write(content.slice(0, content.length / 2), () => {
          if (fault !== "stall") response.destroy();
        });
      }
    } else if (kind === "batches" && request.method === "POST") {
      const { input_file_id, metadata } = JSON.parse(body) as FakeBatch;
      const batch: FakeBatch = {
        id: `batch-${batches.length + 1}`,
        status: "validating",
        input_file_id,
        output_file_id: null,
        error_file_id: null,
        created_at: Math.floor(Date.now() / 1000),
        metadata,
        errors: null,
      };
      batches.push(batch);
      if (faultOf("create", calls.create++) === undefined) json(batch);
      else response.socket?.resetAndDestroy();
    } else if (kind === "batches" && id !== undefined) {
      const batch = batches.find((one) => one.id === id) as FakeBatch;
      looks.set(id, (looks.get(id) ?? 0) + 1);
      if ((looks.get(id) as number) >= looksNeeded && batch.status === "validating") finish(batch);
      json(batch);
    } else {
      const newest = [...batches].reverse();
      const after = searchParams.get("after");
      const start = after === null ? 0 : newest.findIndex((one) => one.id === after) + 1;
      const limit = Number(searchParams.get("limit") ?? 20);
      const data = newest.slice(start, start + limit);
      json({ object: "list", data, has_more: start + limit < newest.length });
    }
  };
  return { handle, batches };
}
