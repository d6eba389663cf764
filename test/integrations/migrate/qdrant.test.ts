import { describe, expect, it } from "vitest";
import { applyAdapter, createRandom, fromRows, type Adapter } from "embedtune";
import { createMatrix } from "embedtune/math";
import { migrate, qdrantCollection } from "embedtune/migrate";

interface Point {
  id: number;
  vector: number[];
  payload: Record<string, unknown>;
}

/** Qdrant's answers to what a migration asks, after its OpenAPI description. */
function imitation() {
  const collections = new Map<string, { size: number; points: Map<number, Point> }>();
  const aliases = new Map<string, string>();
  const find = (name: string) => collections.get(aliases.get(name) ?? name);
  const requests: string[] = [];
  const answer = (path: string, method: string, body: Record<string, unknown>): unknown => {
    if (path === "/aliases") {
      return {
        aliases: [...aliases].map(([alias_name, collection_name]) => ({
          alias_name,
          collection_name,
        })),
      };
    }
    if (path === "/collections/aliases") {
      for (const action of body.actions as Record<string, Record<string, string>>[]) {
        if (action.delete_alias !== undefined) aliases.delete(action.delete_alias.alias_name);
        const { create_alias: made } = action;
        if (made !== undefined) aliases.set(made.alias_name, made.collection_name);
      }
      return true;
    }
    const [, , encoded, ...rest] = path.split("/");
    const name = decodeURIComponent(encoded);
    const what = rest.join("/");
    if (what === "" && method === "PUT") {
      collections.set(name, { size: (body.vectors as { size: number }).size, points: new Map() });
      return true;
    }
    const collection = find(name);
    if (collection === undefined) return null;
    const { size, points } = collection;
    const shown = (point: Point) => ({
      id: point.id,
      ...(body.with_payload === false ? {} : { payload: point.payload }),
      ...(body.with_vector === true ? { vector: point.vector } : {}),
    });
    switch (what) {
      case "":
        return { config: { params: { vectors: { size, distance: "Cosine" } } } };
      case "points/scroll": {
        const from = (body.offset as number | undefined) ?? -Infinity;
        const all = [...points.values()].sort((a, b) => a.id - b.id).filter(({ id }) => id >= from);
        const limit = body.limit as number;
        return {
          points: all.slice(0, limit).map(shown),
          next_page_offset: all[limit]?.id ?? null,
        };
      }
      case "points/count":
        return { count: points.size };
      case "points/delete?wait=true":
        for (const id of body.points as number[]) points.delete(id);
        return {};
      case "points?wait=true":
        for (const point of body.points as Point[]) {
          if (point.vector.length !== size) throw new Error("wrong size");
          points.set(point.id, structuredClone(point));
        }
        return {};
      case "points":
        return (body.ids as number[]).flatMap((id) => {
          const point = points.get(id);
          return point === undefined ? [] : [shown(point)];
        });
      default:
        throw new Error(`not imitated: ${path}`);
    }
  };
  const fetch = (async (url: string, init: RequestInit) => {
    await Promise.resolve();
    const path = url.replace("http://qdrant", "");
    requests.push(`${init.method} ${path} ${new Headers(init.headers).get("api-key")}`);
    const body = JSON.parse((init.body as string | undefined) ?? "{}") as Record<string, unknown>;
    const result = answer(path, init.method!, body);
    return result === null
      ? new Response(`{"status":{"error":"Not found"}}`, { status: 404 })
      : new Response(JSON.stringify({ result, status: "ok" }));
  }) as typeof globalThis.fetch;
  return { collections, aliases, requests, fetch };
}

const random = createRandom("qdrant");
const draw = (count: number): number[] => Array.from({ length: count }, () => random.normal());
const side = { center: null, weights: createMatrix(4, 3, Float32Array.from(draw(12))) };
const adapter: Adapter = {
  ...{ inputDimensions: 4, outputDimensions: 3, query: side, passage: side },
  metadata: { embedder: null, method: "test" },
};

function filled(rows = 25) {
  const server = imitation();
  const points = new Map(
    Array.from({ length: rows }, (_, id) => [
      id,
      { id, vector: draw(4), payload: { title: `t${id}` } },
    ]),
  );
  server.collections.set("docs 1", { size: 4, points });
  server.aliases.set("docs", "docs 1");
  const options = { url: "http://qdrant/", apiKey: "key", fetch: server.fetch };
  return { server, points, source: qdrantCollection({ collection: "docs", ...options }) };
}

describe("migrating a collection of Qdrant", () => {
  it("gives the alias to a collection that holds what the adapter gives, payloads too", async () => {
    const { server, points, source } = filled();
    const migration = await migrate(source, adapter, source.newCollection("docs 2"), {
      rowsPerBlock: 10,
    });
    expect(migration).toMatchObject({ rows: 25, written: 25, behind: 0 });
    expect(server.aliases.get("docs")).toBe("docs 1");
    await migration.switchOver();
    expect(server.aliases.get("docs")).toBe("docs 2");
    const found = [...server.collections.get("docs 2")!.points.values()];
    const table = fromRows(found.map(({ id }) => points.get(id)!.vector));
    const expected = applyAdapter(adapter, table, { side: "passage" });
    expect(fromRows(found.map(({ vector }) => vector))).toEqual(expected);
    expect(found[7].payload).toMatchObject({ title: "t7" });
    expect(server.requests.every((request) => request.endsWith(" key"))).toBe(true);
  });

  it("writes only what is missing, changed or gone when it goes on", async () => {
    const { server, points, source } = filled();
    const target = source.newCollection("docs 2");
    await migrate(source, adapter, target);
    points.delete(3);
    points.set(4, { id: 4, vector: draw(4), payload: { title: "t4" } });
    points.set(5, { ...points.get(5)!, payload: { title: "new" } });
    points.set(90, { id: 90, vector: draw(4), payload: { title: "t90" } });
    const again = await migrate(source, adapter, target);
    expect(again).toMatchObject({ rows: 25, written: 3 });
    expect([...server.collections.get("docs 2")!.points.keys()].sort((a, b) => a - b)).toEqual(
      [...points.keys()].sort((a, b) => a - b),
    );
  });

  it("refuses a switch where the application asks no alias, and a target of another size", async () => {
    const { server, source } = filled();
    const target = source.newCollection("docs 2");
    server.aliases.delete("docs");
    server.collections.set("docs", server.collections.get("docs 1")!);
    await expect(migrate(source, adapter, target, { switchOver: true })).rejects.toThrow(
      "docs: is a collection and no alias, so nothing can take its place; let the application ask docs 2",
    );
    server.collections.set("docs 3", { size: 9, points: new Map() });
    await expect(migrate(source, adapter, source.newCollection("docs 3"))).rejects.toThrow(
      "docs 3: must have 3 dimensions, received 9",
    );
  });

  it("says what the server answers", async () => {
    const source = qdrantCollection({
      collection: "none",
      url: "http://qdrant",
      fetch: imitation().fetch,
    });
    await expect(migrate(source, adapter, source.newCollection("new"))).rejects.toThrow(
      /^Qdrant: GET \/collections\/none was answered 404: /,
    );
  });
});
