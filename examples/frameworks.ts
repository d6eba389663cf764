/**
 * An adapter of the shipped help centre behind what LangChain and the AI SDK take, asked one question:
 *
 *     npx tsx examples/frameworks.ts ["your question"]
 *
 * `embeddings` is what a vector store of LangChain takes, `model` what `embed` and `embedMany` of the AI SDK take; neither
 * package is needed here.
 */
import {
  cosineSimilarity,
  createHashingEmbedder,
  createMemoryStore,
  tune,
  withAdapter,
  withCache,
} from "embedtune";
import { toAISDK } from "embedtune/ai-sdk";
import { toLangChain } from "embedtune/langchain";
import { readTuningFiles } from "embedtune/node";

const question = process.argv[2] ?? "how do I get my money back";
const own = createHashingEmbedder({ dimensions: 384 });
const { data } = await readTuningFiles("examples/data/help-centre");
const decision = await tune(data, { embedder: own, candidates: ["rca"], forms: false });
console.log(decision.sentence);

// The best adapter whatever the verdict; in production take decision.adapter.
const embedder = withAdapter(withCache(own, createMemoryStore()), decision.best.adapter);
const embeddings = toLangChain(embedder);
const model = toAISDK(embedder, { side: "query" });

const { passages } = decision.texts;
const table = await embeddings.embedDocuments([...passages]);
const [asked] = (await model.doEmbed({ values: [question] })).embeddings;
const found = passages
  .map((text, row) => ({ text, cosine: cosineSimilarity(asked, table[row]) }))
  .sort((a, b) => b.cosine - a.cosine);
for (const { text, cosine } of found.slice(0, 3)) {
  console.log(`${cosine.toFixed(3)}  ${text.slice(0, 70).replaceAll(/\s+/g, " ")}`);
}
