import type { NeighborIndex } from "embedtune";
import type { VectorLookup } from "embedtune/negatives";

/** What is used of a PostgreSQL client; node-postgres and PGlite both have it. */
export interface Database {
  query<Row>(sql: string, parameters: unknown[]): Promise<{ rows: Row[] }>;
}

/**
 * An index over a PostgreSQL table with pgvector: `text` and `embedding vector(d)` columns, however many rows, on
 * whatever machine. Distances are cosine (`<=>`), so that an `hnsw (embedding vector_cosine_ops)` index serves them.
 *
 * @param vectorOf the vector of a query
 */
export function createPgvectorIndex(
  database: Database,
  { table, vectorOf }: { readonly table: string; readonly vectorOf: VectorLookup },
): NeighborIndex {
  const name = `"${table.replaceAll('"', '""')}"`;
  const literal = (query: string): string => {
    const vector = vectorOf(query);
    if (vector === undefined) throw new RangeError(`query ${JSON.stringify(query)} has no vector`);
    return `[${Array.from(vector).join(",")}]`;
  };
  return {
    search: (queries, k, { signal } = {}) =>
      Promise.all(
        queries.map(async (query) => {
          signal?.throwIfAborted();
          const { rows } = await database.query<{ text: string; score: number }>(
            `select text, 1 - (embedding <=> $1) as score from ${name} order by embedding <=> $1 limit $2`,
            [literal(query), k],
          );
          return rows;
        }),
      ),
    // What margins hold the positives against.
    async score(query, passages) {
      const { rows } = await database.query<{ text: string; score: number }>(
        `select text, 1 - (embedding <=> $1) as score from ${name} where text = any($2)`,
        [literal(query), passages],
      );
      const scores = new Map(rows.map(({ text, score }) => [text, score]));
      return passages.map((text) => scores.get(text) ?? NaN);
    },
  };
}
