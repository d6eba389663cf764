import { createGzip } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { inspect } from "node:util";
import { createMemoryStore, RefusedTextsError, withCache } from "embedtune";
import {
  createOpenAIEmbedder,
  EmbeddingRequestError,
  type OpenAIEmbedderOptions,
} from "embedtune/openai";
import { rowOf } from "../../src/math/matrix.js";
import { failureOf } from "../support/failure-of.js";
import { fakeVector } from "../support/fake-openai-server.js";
import { rightAnswer, sendJson, startScripted, type Script } from "../support/scripted-server.js";

let server: Awaited<ReturnType<typeof startScripted>>;
afterEach(() => server.close());

async function start(script: Script, options: OpenAIEmbedderOptions = {}) {
  server = await startScripted(script);
  const { baseURL } = server;
  return createOpenAIEmbedder({ apiKey: "key", baseURL, model: "fake", maxWaitMs: 5, ...options });
}

const texts = Array.from({ length: 40 }, (_, i) => `text ${i}`);
/** What was embedded is right, and all of it is there but the texts named. */
async function expectKept(store: ReturnType<typeof createMemoryStore>, culprits: string[]) {
  const embedder = createOpenAIEmbedder({ baseURL: server.baseURL, model: "fake" });
  const cached = withCache(embedder, store);
  expect(await cached.missing(texts)).toEqual(culprits);
  const good = texts.filter((text) => !culprits.includes(text));
  const matrix = await cached.embed(good);
  for (const [i, text] of good.entries()) expect(rowOf(matrix, i)).toEqual(fakeVector(text, 4));
}

describe("an error of a server", () => {
  const bodies: [string, number, unknown, string][] = [
    ["of vLLM", 400, { object: "error", message: "too many tokens", code: 400 }, "too many tokens"],
    [
      "of FastAPI",
      422,
      { detail: [{ loc: ["body", "input"], msg: "must be shorter" }] },
      "body.input: must be shorter",
    ],
    ["of FastAPI in a word", 404, { detail: "Not Found" }, "Not Found"],
    ["of TEI", 413, { error: "batch too large", error_type: "Validation" }, "batch too large"],
    ["of a gateway", 403, { message: "Forbidden" }, "Forbidden"],
    ["in plain text", 403, "go away", "go away"],
    [
      "as a page",
      403,
      `<html><head><title>Attention</title><style>${"x{}".repeat(500)}</style></head><body><h1>Blocked</h1></body></html>`,
      "Attention Blocked",
    ],
    ["without a body", 403, "", "Forbidden"],
  ];
  for (const [name, status, body, words] of bodies) {
    it(`${name} is told by its status and the server's own words`, async () => {
      const embedder = await start((_, response) => {
        const type = typeof body === "string" ? "text/html" : "application/json";
        response.writeHead(status, { "content-type": type });
        response.end(typeof body === "string" ? body : JSON.stringify(body));
      });
      const error = await failureOf(embedder.embed(["one", "two"]));
      expect(error).toBeInstanceOf(EmbeddingRequestError);
      expect(error.message).toBe(
        `${server.baseURL}/embeddings: the server answers ${status} ${words}`,
      );
    });
  }

  it("shows at most 300 characters, however long it is", async () => {
    const embedder = await start((_, response) =>
      sendJson(response, 403, { message: "😀".repeat(100_000) }),
    );
    const { message } = await failureOf(embedder.embed(["one"]));
    expect(message.length).toBeLessThan(400);
    expect(encodeURIComponent(message)).toBeTruthy(); // half a pair would throw
  });

  const answered: [string, unknown, number][] = [
    ["what it says is no use repeating", { error: { message: "no such model", code: 404 } }, 1],
    ["it says nothing of a status", { object: "error", message: "broken", code: 40301 }, 3],
    ["it is overloaded", { error: { message: "overloaded", code: 503 } }, 5],
  ];
  for (const [when, body, requests] of answered) {
    it(`under the status 200 is repeated only where that can help: ${when}`, async () => {
      const embedder = await start((_, response) => sendJson(response, 200, body), {
        maxRetries: 4,
      });
      const { message } = await failureOf(embedder.embed(["one"]));
      expect(message).toMatch(
        /the server answers 200 with an error: (no such model|broken|overloaded)/,
      );
      expect(server.log).toHaveLength(requests);
    });
  }

  it("under the status 200 about one text names that text", async () => {
    const embedder = await start((request, response) =>
      request.inputs.includes("text 17")
        ? sendJson(response, 200, { error: { message: "context length is 512", code: 400 } })
        : sendJson(response, 200, rightAnswer(request)),
    );
    const store = createMemoryStore();
    const error = await failureOf(withCache(embedder, store).embed(texts));
    expect(error).toBeInstanceOf(RefusedTextsError);
    expect(error.message).toContain(`texts[17] ("text 17")`);
    await expectKept(store, ["text 17"]);
  });
});

describe("a server that speaks another language", () => {
  const answers: readonly [string, unknown][] = [
    ["of Ollama's own", { model: "m", embeddings: [[1, 2, 3, 4]] }],
    ["with data that are null", { object: "list", data: null }],
    ["with no vectors", { object: "list", data: [] }],
    [
      "with one index for all",
      { data: ["one", "two"].map(() => ({ index: 0, embedding: [1, 2] })) },
    ],
    ["with indices from 1", { data: [1, 2].map((index) => ({ index, embedding: [1, 2] })) }],
  ];
  for (const [name, body] of answers) {
    it(`is given up after three requests, for repeating cannot help: ${name}`, async () => {
      const embedder = await start((_, response) => sendJson(response, 200, body));
      const error = await failureOf(embedder.embed(["one", "two"]));
      expect(error).toBeInstanceOf(EmbeddingRequestError);
      expect(error.message).toMatch(/the answer is wrong: .* \(tried 3 times\)$/);
      expect(server.log.length).toBe(3);
    });
  }

  it("is given up as soon when it gives no vectors of the length that is asked for", async () => {
    const embedder = await start(
      (request, response) => sendJson(response, 200, rightAnswer(request, 4)),
      { dimensions: 2 },
    );
    const error = await failureOf(embedder.embed(texts));
    expect(error.message).toContain("data[0].embedding must have 2 values, received 4");
    expect(server.log.length).toBe(3);
  });

  it("once it has given a right answer is asked again as after any accident", async () => {
    const embedder = await start((request, response) =>
      request.number > 0 && request.number < 6
        ? sendJson(response, 200, { data: null })
        : sendJson(response, 200, rightAnswer(request)),
    );
    await embedder.embed(["one"]);
    expect((await embedder.embed(["two"])).rows).toBe(1);
    expect(server.log.length).toBe(7);
  });
});

describe("a server that stays silent", () => {
  it("is said to be, with how long it was waited for", async () => {
    const embedder = await start(() => undefined, { timeoutMs: 50, maxRetries: 1 });
    const { message } = await failureOf(embedder.embed(["one"]));
    expect(message).toMatch(/the server gives no answer within 50 ms \(tried 2 times\)$/);
  });
});

describe("an answer that is right in all but its dress", () => {
  const dresses: [string, Script][] = [
    ["indices null", changed((data) => data.forEach((item) => (item.index = null)))],
    ["indices as text", changed((data) => data.forEach((item) => (item.index = `${item.index}`)))],
    [
      "text/plain with a byte-order mark",
      (request, response) => {
        response.writeHead(200, { "content-type": "text/plain" });
        response.end(`\ufeff${JSON.stringify(rightAnswer(request))}`);
      },
    ],
  ];
  for (const [name, script] of dresses) {
    it(`is understood: ${name}`, async () => {
      const embedder = await start(script);
      const matrix = await embedder.embed(["one", "two"]);
      expect(rowOf(matrix, 1)).toEqual(fakeVector("two", 4));
      expect(server.log).toHaveLength(1);
    });
  }
});

function changed(change: (data: { index: unknown; embedding: unknown }[]) => void): Script {
  return (request, response) => {
    const answer = rightAnswer(request);
    change(answer.data);
    sendJson(response, 200, answer);
  };
}

describe("one text that a server cannot embed", () => {
  const poisons: [string, Script][] = [
    [
      "a vector of zeros",
      (request, response) => {
        const answer = rightAnswer(request);
        const at = request.inputs.indexOf("text 17");
        if (at >= 0) answer.data[at].embedding = [0, 0, 0, 0];
        sendJson(response, 200, answer);
      },
    ],
    [
      "no vector",
      (request, response) => {
        const answer = rightAnswer(request);
        const at = request.inputs.indexOf("text 17");
        if (at >= 0) answer.data[at].embedding = null;
        sendJson(response, 200, answer);
      },
    ],
    [
      "status 500",
      (request, response) =>
        request.inputs.includes("text 17")
          ? sendJson(response, 500, { error: { message: "unsupported value: NaN" } })
          : sendJson(response, 200, rightAnswer(request)),
    ],
  ];
  for (const [name, script] of poisons) {
    for (const concurrency of [1, 8]) {
      it(`is named, and all others are kept: ${name}, ${concurrency} at once`, async () => {
        const embedder = await start(script, { maxInputsPerRequest: 32, concurrency });
        const store = createMemoryStore();
        const error = await failureOf(withCache(embedder, store).embed(texts));
        expect(error).toBeInstanceOf(RefusedTextsError);
        const { refused } = error as RefusedTextsError;
        expect(refused.map(({ index }) => index)).toEqual([17]);
        expect(server.log.length).toBeLessThanOrEqual(4 * 5 + 1);
        await expectKept(store, ["text 17"]);
      });
    }
  }

  it("is no reason to give up, however many there are, while more pass", async () => {
    const culprits = texts.filter((_, i) => i % 3 === 2);
    const many = Array.from({ length: 4 }, (_, k) => texts.map((text) => `${text} of ${k}`)).flat();
    const bad = (text: string): boolean => culprits.some((one) => text.startsWith(`${one} of`));
    const embedder = await start((request, response) =>
      request.inputs.some(bad)
        ? sendJson(response, 400, { error: { message: "too long" } })
        : sendJson(response, 200, rightAnswer(request)),
    );
    const error = await failureOf(embedder.embed(many));
    expect((error as RefusedTextsError).refused.map(({ text }) => text)).toEqual(many.filter(bad));
  });

  it("is not looked for in an outage: both halves fail, and no more pieces are sent", async () => {
    const embedder = await start((_, response) => sendJson(response, 500, { error: "down" }), {
      maxRetries: 5,
    });
    const error = await failureOf(embedder.embed(texts));
    expect(error.message).toMatch(/the server answers 500 down \(tried 6 times\)$/);
    // The second time it is asked for numbers, too: it might not know base64.
    const sizes = server.log.map(({ inputs }) => inputs.length);
    expect(sizes).toEqual([40, 40, 40, 40, 20, 20, 40, 40, 40]);
  });
});

describe("the sizes of requests", () => {
  it("are not made small by one accidental refusal", async () => {
    const embedder = await start((request, response) =>
      request.number === 1
        ? sendJson(response, 400, { error: { message: "oops" } })
        : sendJson(response, 200, rightAnswer(request)),
    );
    await embedder.embed(["warm up"]);
    await embedder.embed(["two", "texts"]);
    const before = server.log.length;
    await embedder.embed(Array.from({ length: 3000 }, (_, i) => `text ${i}`));
    expect(server.log.length - before).toBeLessThanOrEqual(3);
  });

  it("grow again after several", async () => {
    const embedder = await start(
      (request, response) =>
        request.inputs.length > 1 && request.number < 9
          ? sendJson(response, 413, { error: { message: "oops" } })
          : sendJson(response, 200, rightAnswer(request)),
      { concurrency: 1 },
    );
    for (let i = 0; i < 4; i++) await embedder.embed([`warm up ${i}`, "another"]);
    await embedder.embed(Array.from({ length: 3000 }, (_, i) => `text ${i}`));
    expect(Math.max(...server.log.map(({ inputs }) => inputs.length))).toBeGreaterThan(500);
  });

  const slow: [string, Script][] = [
    [
      "a gateway that gives up (504)",
      (request, response) => {
        if (request.inputs.length <= 10) return sendJson(response, 200, rightAnswer(request));
        response.writeHead(504, { "content-type": "text/html" });
        response.end("<h1>504 Gateway Time-out</h1>");
      },
    ],
    [
      "a connection that is dropped",
      (request, response) => {
        if (request.inputs.length <= 10) return sendJson(response, 200, rightAnswer(request));
        response.socket?.destroy();
      },
    ],
    [
      "an answer that takes too long",
      (request, response) => {
        if (request.inputs.length <= 10) sendJson(response, 200, rightAnswer(request));
      },
    ],
  ];
  for (const [name, script] of slow) {
    it(`become smaller for ${name}`, async () => {
      const embedder = await start(script, { timeoutMs: 150, concurrency: 2 });
      const matrix = await embedder.embed(texts);
      for (const [i, text] of texts.entries()) {
        expect(rowOf(matrix, i)).toEqual(fakeVector(text, 4));
      }
      expect(server.log.length).toBeLessThan(16);
    });
  }
});

describe("a server that refuses base64", () => {
  const refusals: [string, number, unknown][] = [
    ["by name", 400, { error: { message: "'encoding_format': 'base64' is not supported" } }],
    [
      "as FastAPI does",
      422,
      { detail: [{ loc: ["body"], msg: "Extra inputs are not permitted" }] },
    ],
    ["by failing", 500, { error: { message: "Internal Server Error" } }],
  ];
  for (const [name, status, body] of refusals) {
    it(`${name} is asked for numbers, and never for base64 again`, async () => {
      const embedder = await start(
        (request, response) =>
          request.body.encoding_format === "base64"
            ? sendJson(response, status, body)
            : sendJson(response, 200, rightAnswer(request)),
        { maxInputsPerRequest: 10, concurrency: 1 },
      );
      const matrix = await embedder.embed(texts);
      expect(rowOf(matrix, 39)).toEqual(fakeVector("text 39", 4));
      const formats = server.log.map(({ body: { encoding_format } }) => encoding_format);
      expect(formats.lastIndexOf("base64")).toBeLessThan(2);
      expect(server.log.length).toBeLessThanOrEqual(6);
    });
  }
});

describe("an answer without end", () => {
  const blanks = Buffer.alloc(1 << 20, 0x20);
  for (const [name, status, gzip] of [
    ["as it is", 200, false],
    ["compressed", 200, true],
    ["of an error", 500, false],
  ] as const) {
    it(`is cut, and said to be: ${name}`, async () => {
      let sent = 0;
      const embedder = await start(
        (_, response) => {
          const encoding = gzip ? { "content-encoding": "gzip" } : {};
          response.writeHead(status, { "content-type": "application/json", ...encoding });
          const out = gzip ? createGzip() : response;
          if (out !== response) out.pipe(response);
          const go = (): void => {
            while (!response.destroyed && sent < 2e9) {
              sent += blanks.length;
              if (!out.write(blanks)) return void out.once("drain", go);
            }
          };
          go();
        },
        { maxRetries: 0 },
      );
      const { message } = await failureOf(embedder.embed(["one"]));
      expect(message).toMatch(
        status === 200 ? /its answer is cut at 1262144 bytes/ : /the server answers 500/,
      );
      expect(sent).toBeLessThan(2e9);
    });
  }
});

describe("secrets", () => {
  const key = "sk-secret-1234567890";
  const everything = (error: unknown): string =>
    `${String(error)} ${inspect(error, { depth: 12, showHidden: true })} ${JSON.stringify(error)}`;

  it("are not shown where a server echoes the key", async () => {
    const embedder = await start(
      ({ headers }, response) =>
        sendJson(response, 403, { error: { message: `denied: ${JSON.stringify(headers)}` } }),
      { apiKey: key },
    );
    const error = await failureOf(embedder.embed(["one"]));
    expect(error.message).toContain("denied");
    expect(everything(error)).not.toContain(key);
  });

  it("are not shown where a server or a proxy echoes the key escaped or encoded", async () => {
    const odd = 'sk-s/e+c"r<e&t-12==';
    const html = odd.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
    const echoes = [
      JSON.stringify(odd).slice(1, -1),
      JSON.stringify(JSON.stringify(odd)).slice(3, -3),
      encodeURIComponent(odd),
      new URLSearchParams({ k: odd }).toString().slice(2),
      html,
      html.replaceAll("/", "&#x2F;"),
      Buffer.from(odd).toString("base64"),
      Buffer.from(odd).toString("base64url"),
      odd.toUpperCase(),
    ];
    for (const echo of echoes) {
      const embedder = await start(
        (_, response) => {
          response.writeHead(403).end(`the key ${echo} is not allowed`);
        },
        { apiKey: odd },
      );
      const error = await failureOf(embedder.embed(["one"]));
      expect(error.message).toContain("the key …");
      for (const shown of [odd, ...echoes]) expect(everything(error)).not.toContain(shown);
    }
  });

  it("are not shown where they stand in the address, and open the server all the same", async () => {
    let answer = 200;
    await start((request, response) =>
      answer === 200
        ? sendJson(response, 200, rightAnswer(request))
        : sendJson(response, answer, {
            error: `no: ${request.url} ${request.headers.authorization}`,
          }),
    );
    const baseURL = `http://user:hunter2@${server.host}/v1?key=hunter3&api-version=1`;
    const embedder = createOpenAIEmbedder({ baseURL, model: "fake" });
    expect(embedder.id).toBe("127.0.0.1/fake");
    await embedder.embed(["one"]);
    expect(server.log[0].headers.authorization).toBe(`Basic ${btoa("user:hunter2")}`);
    expect(server.log[0].url).toBe("/v1/embeddings?key=hunter3&api-version=1");
    answer = 403;
    const shown = everything(await failureOf(embedder.embed(["two"])));
    for (const secret of ["hunter2", "hunter3", btoa("user:hunter2")]) {
      expect(shown).not.toContain(secret);
    }
    expect(() => createOpenAIEmbedder({ baseURL: "user:hunter2@there/v1" })).toThrow(
      /baseURL must be an address like .*, received "…@there\/v1"$/,
    );
  });

  it("are sent in plain text to this machine alone", async () => {
    await start(() => undefined);
    const baseURL = "http://10.0.0.1/v1";
    expect(() => createOpenAIEmbedder({ baseURL, apiKey: key, model: "m" })).toThrow(
      'createOpenAIEmbedder: baseURL must begin with https:// where a key is sent (plain http is for this machine), received "http://10.0.0.1"',
    );
    expect(createOpenAIEmbedder({ baseURL, model: "m" }).id).toBe("10.0.0.1/m");
  });

  it("of the environment go where they belong: OPENAI_API_KEY to OPENAI_BASE_URL, EMBEDTUNE_API_KEY elsewhere", async () => {
    const names = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "EMBEDTUNE_API_KEY", "OPENAI_ORG_ID"];
    const before = names.map((name) => process.env[name]);
    await start((request, response) => sendJson(response, 200, rightAnswer(request)));
    try {
      process.env.OPENAI_API_KEY = "for-openai";
      process.env.OPENAI_ORG_ID = "my-organization";
      process.env.EMBEDTUNE_API_KEY = "for-others";
      const sent = async (baseURL?: string) => {
        await createOpenAIEmbedder({ model: "fake", baseURL }).embed(["one"]);
        const { authorization, "openai-organization": organization } = server.log.at(-1)!.headers;
        return [authorization, organization];
      };
      expect(await sent(server.baseURL)).toEqual(["Bearer for-others", undefined]);
      process.env.OPENAI_BASE_URL = server.baseURL;
      expect(await sent()).toEqual(["Bearer for-openai", "my-organization"]);
      expect(await sent(server.baseURL)).toEqual(["Bearer for-openai", "my-organization"]);
    } finally {
      for (const [i, name] of names.entries()) {
        if (before[i] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[i];
      }
    }
  });
});

describe("an embedder's id", () => {
  it("can be said, so that one model behind two addresses has one cache", async () => {
    const embedder = await start(
      (request, response) => sendJson(response, 200, rightAnswer(request)),
      { id: "bge-m3/1024" },
    );
    expect(embedder.id).toBe("bge-m3/1024");
    expect(() => createOpenAIEmbedder({ id: " ", baseURL: server.baseURL })).toThrow(
      'createOpenAIEmbedder: id must be a name, received " "',
    );
  });

  it("and its price are plain for a model of any name", async () => {
    await start(() => undefined);
    for (const model of ["constructor", "__proto__", "toString"]) {
      const embedder = createOpenAIEmbedder({ model, baseURL: server.baseURL });
      expect(embedder.id).toBe(`127.0.0.1/${model}`);
      expect((await embedder.plan(["one"])).cost).toBeUndefined();
    }
  });
});
