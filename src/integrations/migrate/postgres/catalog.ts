import { refuse } from "../../../base/checks.js";
import type { Connection } from "./client.js";
import { quoteName, quoteText } from "./sql.js";
import type { VectorType } from "./wire.js";

/** A column of the table. */
export interface Column {
  readonly name: string;
  /** As a statement writes it, e.g. `vector(1536)`. */
  readonly type: string;
  readonly typeName: string;
  readonly comment: string | null;
}

/** What the catalog says of a table that holds vectors. */
export interface TableShape {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Quoted, with its schema. */
  readonly quoted: string;
  /** An ordinary table, the rows of which show by which transaction they were written. */
  readonly ordinary: boolean;
  readonly columns: ReadonlyMap<string, Column>;
  /** The columns that tell rows apart, in order. */
  readonly key: readonly Column[];
  readonly vector: Column & {
    readonly kind: VectorType;
    /** Where the extension is, quoted. */
    readonly extension: string;
    /** The extension's types by their numbers. */
    readonly oids: Readonly<Record<VectorType, number>>;
  };
  readonly comment: string | null;
}

/**
 * @param table.name, table.schema As they are, unquoted; without a schema the search path finds it.
 * @throws RangeError naming what is not there or is of another kind.
 */
export async function readTable(
  connection: Connection,
  table: { readonly name: string; readonly schema?: string | undefined },
  { vector, id }: { readonly vector: string; readonly id: readonly string[] | undefined },
): Promise<TableShape> {
  const place = "pgvectorTable";
  const path = [table.schema, table.name].filter((part) => part !== undefined);
  const [found] = await connection.query(
    `select c.oid::int8::text as oid, n.nspname as schema, c.relname as name, c.relkind::text as kind,
            obj_description(c.oid, 'pg_class') as comment
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = to_regclass($1)`,
    [path.map(quoteName).join(".")],
  );
  if (found === undefined) return refuse(`${place}: table`, "one that is there", path.join("."));
  const kind = String(found.kind);
  if (kind !== "r" && kind !== "p") {
    return refuse(`${place}: table`, "a table, no view and no foreign one", path.join("."));
  }
  const oid = Number(found.oid);
  const rows = await connection.query(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, t.typname as "typeName",
            col_description(a.attrelid, a.attnum) as comment
       from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = $1::text::oid and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [String(oid)],
  );
  const columns = new Map((rows as unknown as Column[]).map((column) => [column.name, column]));
  const column = columns.get(vector);
  if (column === undefined) {
    return refuse(`${place}: vector`, `a column of ${names(columns)}`, vector);
  }
  const { typeName } = column;
  if (typeName !== "vector" && typeName !== "halfvec") {
    return refuse(`${place}: vector`, "a column of the type vector or halfvec", column.type);
  }
  const types = await connection.query(
    `select t.typname as name, t.oid::int8::text as oid, n.nspname as schema
       from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typname in ('vector', 'halfvec')`,
  );
  const keyNames = id ?? (await primaryKey(connection, oid));
  if (keyNames.length === 0) {
    return refuse(`${place}: id`, "given, since the table has no primary key", id);
  }
  const key = keyNames.map(
    (name) => columns.get(name) ?? refuse(`${place}: id`, `a column of ${names(columns)}`, name),
  );
  if (id !== undefined && !(await isUnique(connection, oid, id))) {
    return refuse(
      `${place}: id`,
      "a primary key or unique and not null, since rows are found by it",
      id.join(", "),
    );
  }
  const oidOf = (name: string): number => Number(types.find((type) => type.name === name)?.oid);
  return {
    oid,
    schema: String(found.schema),
    name: String(found.name),
    quoted: `${quoteName(String(found.schema))}.${quoteName(String(found.name))}`,
    ordinary: kind === "r",
    columns,
    key,
    vector: {
      ...column,
      kind: typeName,
      extension: quoteName(String(types.find((type) => type.name === typeName)?.schema)),
      oids: { vector: oidOf("vector"), halfvec: oidOf("halfvec") },
    },
    comment: found.comment as string | null,
  };
}

const names = (columns: ReadonlyMap<string, Column>): string => [...columns.keys()].join(", ");

async function primaryKey(connection: Connection, oid: number): Promise<string[]> {
  const rows = await connection.query(
    `select a.attname as name from pg_index i
       cross join unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where i.indrelid = $1::text::oid and i.indisprimary and k.place <= i.indnkeyatts order by k.place`,
    [String(oid)],
  );
  return rows.map(({ name }) => String(name));
}

async function isUnique(
  connection: Connection,
  oid: number,
  id: readonly string[],
): Promise<boolean> {
  const list = id.map((name) => quoteText(name)).join(", ");
  const rows = await connection.query(
    `select 1 from pg_index i
      where i.indrelid = $1::text::oid and i.indisunique and i.indisvalid and i.indpred is null and i.indnkeyatts = ${id.length}
        and (select count(*) from unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
               join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
              where k.place <= i.indnkeyatts and a.attnotnull and a.attname in (${list})) = ${id.length} limit 1`,
    [String(oid)],
  );
  return rows.length > 0;
}

/** What a column or table was made by, kept as its comment. */
export interface Origin {
  /** Of {@link MigrationPlan}. */
  readonly madeBy: string;
  /** The column or table of the untouched vectors, by its present name. */
  readonly from: string;
  /** The name before the switch; `null` while it has it still. */
  readonly was: string | null;
}

const mark = "embedtune migration ";

export const originComment = (origin: Origin): string => mark + JSON.stringify(origin);

export function readOrigin(comment: string | null): Origin | null {
  return comment?.startsWith(mark) === true
    ? (JSON.parse(comment.slice(mark.length)) as Origin)
    : null;
}
