/**
 * A process of its own for `npm run bench -- scale`, so that its peak of memory is that of one piece of work; prints JSON.
 *
 *   write FILE DIMENSIONS ROWS QUESTIONS      a corpus, to FILE as .npy
 *   streamed|memory FILE DIMENSIONS ROWS QUESTIONS THREADS      judges an adapter over that corpus
 */
import { open, readFile, writeFile } from "node:fs/promises";
import {
  createRandom,
  decodeNpy,
  encodeNpy,
  fitRca,
  judgeAdapter,
  type Matrix,
  type PairColumns,
} from "embedtune";
import { judgeStreamed } from "embedtune/evaluate";
import { createMatrix, setKernel } from "embedtune/math";
import { vectorFileBlocks } from "embedtune/node";

const topicCount = 2000;
const blockRows = 5000;
/** Pairs that the adapter is fitted on; the judged ones come after. */
const fittedPairs = 2000;

const [what, file, ...numbers] = process.argv.slice(2);
const [dimensions, rows, questions, threads = 1] = numbers.map(Number);
setKernel({ threads });

/** Vectors about topics. Noise is drawn once and read from another place for each row: a million rows in seconds. */
function generator() {
  const random = createRandom("scale/judge");
  const normals = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.normal());
  const topics = normals(topicCount * dimensions);
  const noise = normals(1 << 21);
  const around = (center: Float32Array, spread: number, row: Float32Array): void => {
    const at = random.integer(noise.length - dimensions);
    for (let j = 0; j < dimensions; j++) row[j] = center[j] + spread * noise[at + j];
  };
  return {
    passage(row: Float32Array): void {
      const topic = random.integer(topicCount);
      around(topics.subarray(topic * dimensions, (topic + 1) * dimensions), 0.8, row);
    },
    /** Questions differ from their passages most in the first dimensions: something to learn. */
    question(passage: Float32Array, row: Float32Array): void {
      around(passage, 2.2, row);
      for (let j = 0; j < 40; j++) row[j] += 8 * random.normal();
    },
  };
}

/** Writes the corpus, and beside it the questions about its first passages. */
async function write(): Promise<void> {
  const { passage, question } = generator();
  const handle = await open(file, "w");
  const header = encodeNpy(createMatrix(1, dimensions)).slice(0, -4 * dimensions);
  const text = new TextDecoder("latin1").decode(header);
  // As long as before: the header ends in spaces.
  const shape = `(${rows}, ${dimensions})`;
  const written = text.replace(/\(1, \d+\)[^\n]*\n$/, "");
  await handle.write(Buffer.from(`${`${written}${shape}, }`.padEnd(text.length - 1)}\n`, "latin1"));
  const asked = createMatrix(fittedPairs + questions, dimensions);
  for (let start = 0; start < rows; start += blockRows) {
    const block = createMatrix(Math.min(blockRows, rows - start), dimensions);
    for (let i = 0; i < block.rows; i++) {
      const row = block.data.subarray(i * dimensions, (i + 1) * dimensions);
      passage(row);
      const at = (start + i) * dimensions;
      if (start + i < asked.rows) question(row, asked.data.subarray(at, at + dimensions));
    }
    await handle.write(new Uint8Array(block.data.buffer));
  }
  await handle.close();
  await writeFile(`${file}.questions`, encodeNpy(asked));
}

async function judge(): Promise<void> {
  const asked = decodeNpy(await readFile(`${file}.questions`));
  const adapter = fitRca({
    queries: head(asked, fittedPairs),
    passages: await firstRows(fittedPairs),
    pairs: pairsFrom(0, fittedPairs),
  });
  const data = { queries: asked, pairs: pairsFrom(fittedPairs, questions) };
  const started = performance.now();
  const before = process.cpuUsage();
  const judgement =
    what === "streamed"
      ? await judgeStreamed(adapter, { ...data, passages: vectorFileBlocks(file) })
      : await judgeAdapter(adapter, { ...data, passages: await firstRows(rows) });
  const { user, system } = process.cpuUsage(before);
  const { sentence, figures } = judgement;
  console.log(
    JSON.stringify({
      ...{ sentence, figures },
      seconds: (performance.now() - started) / 1000,
      cpuSeconds: (user + system) / 1e6,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    }),
  );
}

const head = ({ cols, data }: Matrix, count: number): Matrix =>
  createMatrix(count, cols, data.slice(0, count * cols));

async function firstRows(count: number): Promise<Matrix> {
  const result = createMatrix(count, dimensions);
  let start = 0;
  for await (const block of vectorFileBlocks(file)()) {
    const part = block.data.subarray(0, (count - start) * dimensions);
    result.data.set(part, start * dimensions);
    start += part.length / dimensions;
    if (start === count) break;
  }
  return result;
}

function pairsFrom(first: number, count: number): PairColumns {
  const rowsOf = Uint32Array.from({ length: count }, (_, i) => first + i);
  return { query: rowsOf, passage: rowsOf, label: new Uint8Array(count).fill(1) };
}

if (what === "write") await write();
else await judge();
