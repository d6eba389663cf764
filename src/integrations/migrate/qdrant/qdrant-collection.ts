import { refuse } from "../../../base/checks.js";
import { createFingerprint } from "../../../base/fingerprint.js";
import { createMatrix, fromRows, rowOf } from "../../../math/matrix.js";
import type { MigrationPlan, MigrationRows, MigrationSource, MigrationTarget } from "../store.js";
import {
  collectionPath,
  createQdrantRequest,
  QdrantError,
  type QdrantOptions,
  type QdrantRequest,
} from "./requests.js";

export interface QdrantCollectionOptions extends QdrantOptions {
  /** The collection, or the alias that the application asks. */
  readonly collection: string;
}

/** A collection of Qdrant with one unnamed vector a point. */
export interface QdrantCollection extends MigrationSource {
  /**
   * A new collection beside the old one, made like it. The switch gives it the alias that the application asks, so the
   * application must ask by an alias.
   */
  newCollection(name: string): MigrationTarget<QdrantCollection>;
}

type PointId = string | number;

interface Point {
  readonly id: PointId;
  readonly payload?: Readonly<Record<string, unknown>> | null;
  readonly vector?: readonly number[] | Readonly<Record<string, unknown>> | null;
}

/** What is kept of points between reading and writing them. */
interface PointState {
  readonly points: readonly Point[];
}

/** In the payload of a point of the new collection: what it was made from, and by. */
const markKey = "_embedtune";

/**
 * The points of a collection, to be migrated to a new one, by Qdrant's REST interface. Written after its published OpenAPI
 * description and tested against a server that imitates it; not run on a real one.
 */
export function qdrantCollection(options: QdrantCollectionOptions): QdrantCollection {
  const { collection } = options;
  if (typeof collection !== "string" || collection === "") {
    refuse("qdrantCollection: collection", "a name", collection);
  }
  const requestOf = ({ signal }: { readonly signal?: unknown } = {}): QdrantRequest =>
    createQdrantRequest(options, signal as AbortSignal | undefined);

  /** Points page by page, in ascending order of their ids. */
  async function* scroll(
    request: QdrantRequest,
    name: string,
    limit: number,
    whole: boolean,
  ): AsyncGenerator<readonly Point[], void, undefined> {
    let offset: PointId | null = null;
    do {
      const page = (await request("POST", collectionPath(name, "/points/scroll"), {
        ...{ limit, with_payload: whole, with_vector: whole },
        ...(offset === null ? {} : { offset }),
      })) as { points: Point[]; next_page_offset?: PointId | null };
      if (page.points.length > 0) yield page.points;
      offset = page.next_page_offset ?? null;
    } while (offset !== null);
  }

  const vectorOf = ({ id, vector }: Point): readonly number[] =>
    Array.isArray(vector)
      ? (vector as readonly number[])
      : refuse(`${collection}: the vector of ${id}`, "one unnamed vector", vector);

  const rowsOf = (points: readonly Point[]): MigrationRows => ({
    ids: points.map(({ id }) => String(id)),
    vectors: points.length === 0 ? createMatrix(0, 0) : fromRows(points.map(vectorOf)),
    state: { points } satisfies PointState,
  });

  /** Changes when the vector or the payload does. */
  const markOf = (point: Point, madeBy: string): string => {
    const { add, addFloats, digest } = createFingerprint();
    addFloats(Float32Array.from(vectorOf(point)));
    for (const letter of JSON.stringify(point.payload ?? null)) add(letter.codePointAt(0)!);
    return `${digest()} ${madeBy}`;
  };

  const countOf = async (request: QdrantRequest, name: string): Promise<number> => {
    const body = { exact: true };
    const result = await request("POST", collectionPath(name, "/points/count"), body);
    return (result as { count: number }).count;
  };
  const retrieve = async (
    request: QdrantRequest,
    name: string,
    ids: readonly PointId[],
    what: { readonly with_payload: boolean | readonly string[]; readonly with_vector: boolean },
  ): Promise<Point[]> =>
    ids.length === 0
      ? []
      : ((await request("POST", collectionPath(name, "/points"), { ids, ...what })) as Point[]);

  return {
    name: collection,
    async *read(plan, skip = 0) {
      let left = skip;
      for await (const page of scroll(requestOf(plan), collection, plan.rowsPerBlock, true)) {
        const points = page.slice(Math.min(left, page.length));
        left -= page.length - points.length;
        if (points.length > 0) yield rowsOf(points);
      }
    },
    newCollection: (name) => ({
      name,
      async open(_, plan: MigrationPlan) {
        const request = requestOf(plan);
        // A request is one text of JSON, of some 12 bytes a component.
        const limit = Math.min(plan.rowsPerBlock, 500);
        await makeCollection(request, collection, name, plan);
        return {
          ...{ beforeSwitch: [], afterSwitch: [] },
          notes: [
            "points that are written between the last pass and the switch of the alias are missed: let writers rest meanwhile",
          ],
          async *outstanding() {
            for await (const page of scroll(request, collection, limit, true)) {
              const ids = page.map(({ id }) => id);
              const what = { with_payload: [markKey], with_vector: false };
              const there = new Map(
                (await retrieve(request, name, ids, what)).map((point) => [
                  String(point.id),
                  point.payload?.[markKey],
                ]),
              );
              const points = page.filter(
                (point) => there.get(String(point.id)) !== markOf(point, plan.madeBy),
              );
              if (points.length > 0) yield rowsOf(points);
            }
            for await (const page of scroll(request, name, 1000, false)) {
              const ids = page.map(({ id }) => id);
              const what = { with_payload: false, with_vector: false };
              const kept = await retrieve(request, collection, ids, what);
              const known = new Set(kept.map(({ id }) => String(id)));
              const gone = ids.filter((id) => !known.has(String(id)));
              if (gone.length === 0) continue;
              const path = collectionPath(name, "/points/delete?wait=true");
              await request("POST", path, { points: gone });
            }
          },
          async write({ vectors, state }) {
            const { points } = state as PointState;
            await request("PUT", collectionPath(name, "/points?wait=true"), {
              points: points.map((point, row) => ({
                id: point.id,
                vector: Array.from(rowOf(vectors, row)),
                payload: { ...point.payload, [markKey]: markOf(point, plan.madeBy) },
              })),
            });
          },
          async verify(sample) {
            const [expected, found] = [
              await countOf(request, collection),
              await countOf(request, name),
            ];
            // Ids are in no order that vectors know of: the first ones are as good as any.
            const first = await scroll(request, collection, sample, true).next();
            const before = first.done === true ? [] : first.value;
            const ids = before.map(({ id }) => id);
            const what = { with_payload: true, with_vector: true };
            const after = new Map(
              (await retrieve(request, name, ids, what)).map((point) => [String(point.id), point]),
            );
            const same = before.filter(
              (point) =>
                after.get(String(point.id))?.payload?.[markKey] === markOf(point, plan.madeBy),
            );
            const rows = rowsOf(same);
            return {
              ...{ expected, found, behind: Math.max(0, expected - found) },
              ...{ ids: rows.ids, before: rows.vectors },
              after: rowsOf(same.map(({ id }) => after.get(String(id))!)).vectors,
              tolerance: 1e-5,
            };
          },
          async switchOver(catchUp) {
            await catchUp();
            await swapAlias(request, collection, name);
          },
          close: () => Promise.resolve(),
        };
      },
    }),
  };
}

/** A collection like another, of vectors of another size; one that is there is gone on with. */
async function makeCollection(
  request: QdrantRequest,
  like: string,
  name: string,
  { inputDimensions, outputDimensions: size }: MigrationPlan,
): Promise<void> {
  interface Info {
    readonly config: { readonly params: { readonly vectors?: Readonly<Record<string, unknown>> } };
  }
  const infoOf = async (one: string): Promise<Info> =>
    (await request("GET", collectionPath(one))) as Info;
  const { vectors } = (await infoOf(like)).config.params;
  if (typeof vectors?.size !== "number") {
    throw new RangeError(
      `${like}: a point must have one unnamed vector, received vectors with names; migrate by a target of your own`,
    );
  }
  if (vectors.size !== inputDimensions) {
    refuse(`${like}: dimensions`, `the adapter's ${inputDimensions}`, vectors.size);
  }
  const there = await infoOf(name).catch((error: unknown) => {
    if (error instanceof QdrantError && error.status === 404) return null;
    throw error;
  });
  if (there === null) {
    await request("PUT", collectionPath(name), { vectors: { ...vectors, size } });
  } else if (there.config.params.vectors?.size !== size) {
    throw new RangeError(
      `${name}: must have ${size} dimensions, received ${String(there.config.params.vectors?.size)}; drop it, or choose another name`,
    );
  }
}

/** Gives the alias to the new collection, in one request, which is done whole or not at all. */
async function swapAlias(request: QdrantRequest, alias: string, name: string): Promise<void> {
  const { aliases } = (await request("GET", "/aliases")) as {
    aliases: { alias_name: string; collection_name: string }[];
  };
  if (!aliases.some(({ alias_name }) => alias_name === alias)) {
    throw new Error(
      `${alias}: is a collection and no alias, so nothing can take its place; let the application ask ${name}, or give it an alias first`,
    );
  }
  await request("POST", "/collections/aliases", {
    actions: [
      { delete_alias: { alias_name: alias } },
      { create_alias: { alias_name: alias, collection_name: name } },
    ],
  });
}
