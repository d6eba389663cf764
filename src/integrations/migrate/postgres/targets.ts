import type { MigrationPlan, MigrationRows } from "../store.js";
import { originComment, type TableShape } from "./catalog.js";
import type { Connection } from "./client.js";
import { unnestRows, type RowState } from "./rows.js";
import type { Placement } from "./session.js";
import { quoteName, quoteText, textArray, withEnding } from "./sql.js";
import { encodeCopy, encodeVector, type VectorType } from "./wire.js";

/** Why triggers of the table would run when a column of it is filled, and what is done about it. */
export type TriggerChoice = "refuse" | "fire" | "skip";

export interface ColumnNames {
  readonly column: string;
  /** What the untouched column is called after the switch. */
  readonly keep: string;
  /** Whether the switch changes names at all. */
  readonly rename: boolean;
}

/** The name of the column of marks beside a new one. */
export const markName = (column: string): string => withEnding(column, "_of");

/** A column of the same table. */
export function columnPlacement(
  table: TableShape,
  { column, keep, rename }: ColumnNames,
  {
    kind,
    plan,
    triggers,
  }: { readonly kind: VectorType; readonly plan: MigrationPlan; readonly triggers: TriggerChoice },
): Placement {
  const { quoted, key, vector } = table;
  const [w, m, v] = [column, markName(column), vector.name].map(quoteName);
  const target = { kind, extension: vector.extension, oid: vector.oids[kind] };
  return {
    name: `${table.name}.${column}`,
    joined: `${quoted} t`,
    vector: `t.${w}`,
    mark: `t.${m}`,
    kind,
    count: `count(t.${w})`,
    removal: `update ${quoted} t set ${w} = null, ${m} = null where t.${v} is null and t.${m} is not null`,
    async write(connection, { vectors }, state) {
      const { from, vector: value, parameters } = unnestRows(connection, state, vectors, target);
      if (triggers === "skip")
        await connection.query("set local session_replication_role = replica");
      await connection.query(
        `update ${quoted} t set ${w} = ${value}, ${m} = u.m from ${from}
          where ${key.map(({ name, type }, i) => `t.${quoteName(name)} = u.k${i}::${type}`).join(" and ")}`,
        parameters,
      );
    },
    async replace(connection) {
      if (!rename) return;
      const alter = `alter table ${quoted}`;
      await connection.query(`${alter} rename column ${v} to ${quoteName(keep)}`);
      // The application writes the new column from now on.
      await connection.query(`${alter} alter column ${quoteName(keep)} drop not null`);
      await connection.query(`${alter} rename column ${w} to ${v}`);
      const origin = { madeBy: plan.madeBy, from: keep, was: column };
      await connection.query(
        `comment on column ${quoted}.${v} is ${quoteText(originComment(origin))}`,
      );
    },
  };
}

/** A table of its own: the key, the vector and its mark. */
export function tablePlacement(
  table: TableShape,
  names: { readonly table: string; readonly keep: string; readonly rename: boolean },
  { kind, plan }: { readonly kind: VectorType; readonly plan: MigrationPlan },
): Placement {
  const { quoted, key, vector } = table;
  const v = quoteName(vector.name);
  const there = `${quoteName(table.schema)}.${quoteName(names.table)}`;
  const keys = key.map(({ name }) => quoteName(name));
  const m = quoteName(markName(vector.name));
  const target = { kind, extension: vector.extension, oid: vector.oids[kind] };
  const list = [...keys, v, m].join(", ");
  return {
    name: names.table,
    joined: `${quoted} t left join ${there} n on ${keys.map((name) => `n.${name} = t.${name}`).join(" and ")}`,
    vector: `n.${v}`,
    mark: `n.${m}`,
    kind,
    count: `select count(*) from ${there}`,
    removal: `delete from ${there} n where not exists (
      select from ${quoted} t where ${keys.map((name) => `t.${name} = n.${name}`).join(" and ")} and t.${v} is not null)`,
    async write(connection, rows, state) {
      if (connection.copyIn !== undefined && state.binaryKeys !== null) {
        await copyRows(connection, rows, state);
        return;
      }
      const {
        from,
        vector: value,
        parameters,
      } = unnestRows(connection, state, rows.vectors, target);
      const casts = key.map(({ type }, i) => `u.k${i}::${type}`);
      await connection.query(
        `insert into ${there} (${list}) select ${casts.join(", ")}, ${value}, u.m from ${from}
         on conflict (${keys.join(", ")}) do update set ${v} = excluded.${v}, ${m} = excluded.${m}`,
        parameters,
      );
    },
    async replace(connection) {
      if (!names.rename) return;
      const grants = await connection.query(
        `select privilege_type as privilege, is_grantable as grantable,
                case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as grantee
           from pg_class c cross join aclexplode(c.relacl) where c.oid = $1::text::oid and grantee <> c.relowner`,
        [String(table.oid)],
      );
      for (const { privilege, grantable, grantee } of grants) {
        const option = grantable === true ? " with grant option" : "";
        await connection.query(
          `grant ${String(privilege)} on ${there} to ${String(grantee)}${option}`,
        );
      }
      await connection.query(`alter table ${quoted} rename to ${quoteName(names.keep)}`);
      await connection.query(`alter table ${there} rename to ${quoteName(table.name)}`);
      const origin = { madeBy: plan.madeBy, from: names.keep, was: names.table };
      await connection.query(`comment on table ${quoted} is ${quoteText(originComment(origin))}`);
    },
  };

  async function copyRows(
    connection: Connection,
    { vectors }: MigrationRows,
    { keys: texts, binaryKeys, marks, stale }: RowState,
  ): Promise<void> {
    const old = stale.flatMap((isStale, row) => (isStale ? [row] : []));
    if (old.length > 0) {
      const places = key.map((_, i) => `$${i + 1}::text[]`).join(", ");
      const arrays = texts.map((column) => textArray(old.map((row) => column[row])));
      await connection.query(
        `delete from ${there} n using unnest(${places}) as u(${keys.map((_, i) => `k${i}`).join(", ")})
          where ${key.map(({ name, type }, i) => `n.${quoteName(name)} = u.k${i}::${type}`).join(" and ")}`,
        arrays,
      );
    }
    const width = vectors.cols;
    const fields = marks.map((mark, row) => [
      ...binaryKeys!.map((column) => column[row]),
      encodeVector(vectors.data.subarray(row * width, (row + 1) * width), kind),
      mark,
    ]);
    await connection.copyIn!(`${there} (${list})`, encodeCopy(fields));
  }
}
