import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { installed, majorOf, sdkFolder } from "./sdks.js";

/** As one writes it: no assertion, no `any`. */
const program = `
import { embed, embedMany, wrapEmbeddingModel } from "ai";
import { createOpenAI } from "@ai-sdk/openai";
import { OpenAIEmbeddings } from "@langchain/openai";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import OpenAI from "openai";
import type { Adapter, Embedder } from "embedtune";
import { adapterMiddleware, fromAISDK, toAISDK } from "embedtune/ai-sdk";
import { fromLangChain, toLangChain } from "embedtune/langchain";
import { adaptOpenAI, createOpenAIEmbedder } from "embedtune/openai";

declare const embedder: Embedder;
declare const adapter: Adapter;
const providerOptions = { embedtune: { side: "passage" } };

const model = toAISDK(embedder, { side: "query" });
const { embedding } = await embed({ model, value: "x", providerOptions });
const { embeddings } = await embedMany({ model, values: ["x"] });
const theirs = createOpenAI({}).embeddingModel("text-embedding-3-small");
const middleware = adapterMiddleware(adapter, { side: "query" });
const wrapped = wrapEmbeddingModel({ model: theirs, middleware });
const again: number[] = (await embed({ model: wrapped, value: "x" })).embedding;
const ofTheirs: Embedder = await fromAISDK(theirs);
const ofWrapped: Embedder = await fromAISDK(wrapped);

const forStores: EmbeddingsInterface = toLangChain(embedder);
const store = await MemoryVectorStore.fromTexts(["x"], [{}], forStores);
const ofLangChain: Embedder = fromLangChain(new OpenAIEmbeddings(), { id: "x" });

const client: OpenAI = adaptOpenAI(new OpenAI(), adapter, { side: "query", index: "untouched" });
const { data, response } = await client.embeddings.create({ model: "x", input: "x" }).withResponse();
const values: number[] = data.data[0].embedding;
const ofOpenAI: Embedder = createOpenAIEmbedder({ client: new OpenAI() });
export { embedding, embeddings, again, ofTheirs, ofWrapped, store, ofLangChain, response, values, ofOpenAI };
`;

function complaints(): string[] {
  const file = fileURLToPath(new URL("program.ts", sdkFolder));
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: ["node"] },
    ...{ target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    exactOptionalPropertyTypes: true,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    paths: { embedtune: [`${root}src/index.ts`], "embedtune/*": [`${root}src/*.ts`] },
    typeRoots: [`${root}node_modules/@types`],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? program : readFile(name));
  const built = ts.createProgram([file], options, host);
  const source = built.getSourceFile(file);
  return [...built.getSyntacticDiagnostics(source), ...built.getSemanticDiagnostics(source)].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"),
  );
}

describe.skipIf(!installed)("the types", () => {
  it(`go together with those of the AI SDK ${majorOf("ai")}, LangChain.js and the client of OpenAI`, () => {
    expect(complaints()).toEqual([]);
  }, 180_000);
});
