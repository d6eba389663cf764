import { describe, expect, it } from "vitest";
import { applyAdapter, createFunctionEmbedder, withAdapter, type AdaptedEmbedder } from "embedtune";
import {
  adapterFingerprint,
  applyMovedPassages,
  createMovedPassages,
  moveRows,
  withMovedPassages,
} from "embedtune/answered";
import { adapter, embedder, expected, listOf, square, texts } from "../../integrations/adapted.js";

const move = { kind: "mean", strength: 1 } as const;
const ids = ["password", "plan", "address"];
const passages = applyAdapter(adapter, await embedder.embed(texts), { side: "passage" });
const asked = applyAdapter(adapter, await embedder.embed(["forgot it", "too dear"]), {
  side: "query",
});
const pairs = { query: Uint32Array.of(0, 1), passage: Uint32Array.of(0, 1) };
const metadata = {
  ...{ embedder: embedder.id, adapter: adapterFingerprint(adapter), verdict: "use it" },
  sentence: "use it: moved.",
};
const moved = createMovedPassages(
  {
    moved: moveRows(passages, asked, { ...pairs, label: Uint8Array.of(1, 1) }, move),
    ...{ passages, ids },
  },
  { move, metadata },
);
const idOf = (text: string): string | undefined => ids[texts.indexOf(text)];
const adapted = withAdapter(embedder, adapter);

describe("withMovedPassages", () => {
  it("gives passages the places that applyMovedPassages gives them, and leaves questions where they are", async () => {
    const served = withMovedPassages(adapted, moved, { idOf });
    const places = applyMovedPassages({ passages, ids }, moved, { adapter });
    expect((await served.embed(texts)).data).toEqual(places.vectors.data);
    expect(places.rows).toEqual(Uint32Array.of(0, 1));
    expect(listOf(await served.embed(texts, { side: "query" }))).toEqual(await expected("query"));
    // One that has no id stays as the adapter maps it.
    const [other] = listOf(await served.embed(["unheard of"]));
    expect(other).toEqual((await expected("passage", ["unheard of"]))[0]);
  });

  it("does so in batches, in whatever order they come", async () => {
    const batched = createFunctionEmbedder((some) => embedder.embed(some), {
      ...{ id: embedder.id, batchSize: 1, concurrency: 2 },
    });
    const served = withMovedPassages(withAdapter(batched, adapter), moved, { idOf });
    const rows: number[][] = [];
    for await (const { indices, vectors } of served.embedBatches!(texts.toReversed())) {
      for (const [k, row] of listOf(vectors).entries()) rows[indices[k]] = row;
    }
    const whole = withMovedPassages(adapted, moved, { idOf });
    expect(rows.toReversed()).toEqual(listOf(await whole.embed(texts)));
  });

  it("quotes what was judged of moved passages, under a name of its own", () => {
    const served = withMovedPassages(adapted, moved, { idOf });
    expect(served.judgement).toEqual({
      ...{ adapter: metadata.adapter, verdict: "use it", sentence: "use it: moved." },
    });
    expect(served.id).not.toBe(adapted.id);
  });

  it("refuses another adapter than theirs, none, and what finds no ids", () => {
    const other = withAdapter(embedder, { ...adapter, query: square() });
    expect(() => withMovedPassages(other, moved, { idOf })).toThrow(
      "which the passages were moved under (the file beside them, or the form's own)",
    );
    expect(() => withMovedPassages(embedder as AdaptedEmbedder, moved, { idOf })).toThrow(
      "withMovedPassages: embedder must be what withAdapter gave",
    );
    expect(() => withMovedPassages(adapted, moved, {} as { idOf: typeof idOf })).toThrow(
      "withMovedPassages: idOf must be a function from a text to its id",
    );
  });
});
