import type { TableShape } from "./catalog.js";
import type { Connection } from "./client.js";
import { quoteName, withEnding } from "./sql.js";
import type { VectorType } from "./wire.js";

/** Most dimensions that an index of pgvector takes. */
const mostIndexed: Readonly<Record<VectorType, number>> = { vector: 2000, halfvec: 4000 };

/**
 * The statements that make the indexes of the untouched column for the new one; where it has none, the usual one.
 *
 * @param on.table Quoted, with its schema.
 */
export async function indexStatements(
  connection: Connection,
  table: TableShape,
  on: {
    readonly table: string;
    readonly column: string;
    readonly kind: VectorType;
    readonly dimensions: number;
    readonly suffix: string;
  },
): Promise<string[]> {
  const rows = await connection.query(
    `select i.relname as name, am.amname as method, o.opcname as opclass,
            array_to_string(i.reloptions, ', ') as options, pg_get_expr(x.indpred, x.indrelid) as predicate
       from pg_index x join pg_class i on i.oid = x.indexrelid join pg_am am on am.oid = i.relam
       join pg_attribute a on a.attrelid = x.indrelid and a.attname = $2 and a.attnum = x.indkey[0]
       join pg_opclass o on o.oid = x.indclass[0]
      where x.indrelid = $1::text::oid and am.amname in ('hnsw', 'ivfflat') order by 1`,
    [String(table.oid), table.vector.name],
  );
  const usual = {
    name: `${table.name}_${table.vector.name}`,
    method: "hnsw",
    opclass: "vector_cosine_ops",
    options: null,
    predicate: null,
  };
  return (rows.length === 0 ? [usual] : rows).map(
    ({ name, method, opclass, options, predicate }) => {
      const { kind, dimensions } = on;
      // Wider vectors are indexed by their halves.
      const cast = kind === "vector" && dimensions > mostIndexed.vector;
      if (dimensions > mostIndexed.halfvec) {
        return `-- no index of pgvector takes ${dimensions} dimensions; fit an adapter to fewer`;
      }
      const as = cast ? "halfvec" : kind;
      const column = quoteName(on.column);
      const value = cast ? `(${column}::${table.vector.extension}.halfvec(${dimensions}))` : column;
      const operators = String(opclass).replace(/^(vector|halfvec)_/, `${as}_`);
      // Its own name may be as long as PostgreSQL allows.
      const own = withEnding(String(name), `_${on.suffix}`);
      return [
        `create index ${table.ordinary ? "concurrently " : ""}${quoteName(own)} on ${on.table}`,
        `using ${String(method)} (${value} ${table.vector.extension}.${operators})`,
        ...(typeof options === "string" && options !== "" ? [`with (${options})`] : []),
        ...(typeof predicate === "string" ? [`where ${predicate}`] : []),
      ].join(" ");
    },
  );
}
