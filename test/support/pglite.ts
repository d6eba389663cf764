/** PostgreSQL inside this process, where PGlite and its pgvector are installed; else `null`. */
export async function importPglite() {
  try {
    const { PGlite } = await import("@electric-sql/pglite");
    const { vector } = await import("@electric-sql/pglite-pgvector");
    return { PGlite, vector };
  } catch {
    return null;
  }
}
