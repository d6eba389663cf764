/** Opens the damaged database named by the first argument, reads and writes through a cache, and prints what came of it. */
import { withCache } from "../../src/embed/cache/cache.js";
import { createLmdbStore } from "../../src/embed/stores/lmdb-store.js";
import { lmdbEmbedder, lmdbTexts, vectorOf } from "./lmdb-texts.js";

const [path] = process.argv.slice(2);
const say = (outcome: string): void => void process.stdout.write(`OUTCOME ${outcome}\n`);
process.on("unhandledRejection", (error) => say(`unhandled ${String(error)}`));

let store: ReturnType<typeof createLmdbStore> | undefined;
try {
  store = createLmdbStore({ path });
} catch (error) {
  say(`refused ${(error as Error).message}`);
}
if (store !== undefined) {
  try {
    const cache = withCache(lmdbEmbedder, store);
    const texts = [...lmdbTexts, ...lmdbTexts.slice(0, 150).map((text) => `${text} anew`)];
    for (const round of [texts, texts.slice(0, 500)]) {
      const { cols, data } = await cache.embed(round);
      const wrong = round.findIndex((text, i) =>
        vectorOf(text).some((value, j) => data[i * cols + j] !== value),
      );
      if (wrong >= 0) say(`wrong at ${wrong}`);
    }
    say("right");
  } catch (error) {
    say(`error ${(error as Error).message}`);
  }
  await store.close().catch((error: unknown) => say(`error ${String(error)}`));
}
