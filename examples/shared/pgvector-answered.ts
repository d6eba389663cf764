import { mergeByPassage, type ScoredPassage, type VoteSettings } from "embedtune/answered";
import type { Database } from "./pgvector-index.js";

/**
 * The tables of {@link searchAnswered}. A passage's row holds its moved vector where it has one; its known questions go
 * when it goes. Index both vectors by `hnsw (embedding vector_cosine_ops)` where tables are large; the ranking is then as
 * near to exact as the index.
 */
export const answeredTables = (dimensions: number): string => `
  create table passages (id text primary key, embedding vector(${dimensions}));
  create table questions (
    id text, passage text references passages on delete cascade, embedding vector(${dimensions}),
    primary key (id, passage)
  );`;

/**
 * Ranks passages for a question: two searches in PostgreSQL with pgvector, joined here.
 *
 * @param query As `applyAdapter` gives it for the side "query".
 */
export async function searchAnswered(
  database: Database,
  query: ArrayLike<number>,
  { settings, limit = 10 }: { readonly settings: VoteSettings; readonly limit?: number },
): Promise<ScoredPassage[]> {
  const vector = `[${Array.from(query).join(",")}]`;
  const passages = await database.query<{ id: string; score: number }>(
    `select id, 1 - (embedding <=> $1) as score from passages order by embedding <=> $1, id limit $2`,
    [vector, limit],
  );
  const questions = await database.query<{
    id: string;
    passage: string;
    score: number;
    passageScore: number;
  }>(
    `select q.id, q.passage, 1 - (q.embedding <=> $1) as score, 1 - (p.embedding <=> $1) as "passageScore"
       from (select * from questions order by embedding <=> $1, id, passage limit $2) q
       join passages p on p.id = q.passage`,
    [vector, settings.neighbours],
  );
  return mergeByPassage(
    { passages: passages.rows, questions: questions.rows },
    { settings, limit },
  );
}
