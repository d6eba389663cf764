import type { TableShape } from "./catalog.js";
import type { Connection } from "./client.js";

/** The triggers that run when any column of the table is updated. */
export async function firingTriggers(connection: Connection, table: TableShape): Promise<string[]> {
  const rows = await connection.query(
    `select tgname as name from pg_trigger
      where tgrelid = $1::text::oid and not tgisinternal and tgenabled in ('O', 'A')
        and tgtype::int & 16 <> 0 and cardinality(tgattr::int2[]) = 0 order by 1`,
    [String(table.oid)],
  );
  return rows.map(({ name }) => String(name));
}

/** Views and generated columns that go on reading the old column, whatever it is called. */
export async function columnNotes(connection: Connection, table: TableShape): Promise<string[]> {
  const rows = await connection.query(
    `select distinct v.oid::regclass::text as view, g.attname as generated
       from pg_depend d
       join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid and a.attname = $2
       left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
       left join pg_class v on v.oid = r.ev_class
       left join pg_attrdef f on d.classid = 'pg_attrdef'::regclass and f.oid = d.objid
       left join pg_attribute g on g.attrelid = f.adrelid and g.attnum = f.adnum and g.attname <> $2
      where d.refclassid = 'pg_class'::regclass and d.refobjid = $1::text::oid
        and (v.oid is not null or g.attname is not null)`,
    [String(table.oid), table.vector.name],
  );
  return rows.map(({ view, generated }) =>
    view === null
      ? `the generated column ${String(generated)} goes on reading the old vectors; make it anew after the switch`
      : `the view ${String(view)} goes on reading the old vectors; make it anew after the switch`,
  );
}

/** What would be lost if another table took the name: nothing where the list is empty. */
export async function whyNotSwapped(
  connection: Connection,
  table: TableShape,
  keep: string,
): Promise<string[]> {
  const held = new Set([table.vector.name, ...table.key.map(({ name }) => name)]);
  const more = [...table.columns.keys()].filter((name) => !held.has(name));
  const [found] = await connection.query(
    `select exists (select from pg_constraint where confrelid = $1::text::oid) as referred,
            exists (select from pg_constraint where conrelid = $1::text::oid and contype = 'f') as refers,
            exists (select from pg_trigger where tgrelid = $1::text::oid and not tgisinternal) as triggers,
            exists (select from pg_depend d join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
                     where d.refclassid = 'pg_class'::regclass and d.refobjid = $1::text::oid) as views,
            exists (select from pg_attribute where attrelid = $1::text::oid and attnum > 0
                     and (atthasdef or attidentity <> '')) as defaults,
            exists (select from pg_policy where polrelid = $1::text::oid) as policies,
            to_regclass($2) is not null as taken`,
    [String(table.oid), `"${table.schema.replaceAll('"', '""')}"."${keep.replaceAll('"', '""')}"`],
  );
  const reasons: [boolean, string][] = [
    [more.length > 0, `it has other columns (${more.join(", ")})`],
    [found.referred === true, "a foreign key refers to it"],
    [found.refers === true, "it has a foreign key"],
    [found.triggers === true, "it has triggers"],
    [found.views === true, "a view reads it"],
    [found.defaults === true, "a column has a default"],
    [found.policies === true, "it has policies"],
    [!table.ordinary, "it is partitioned"],
    [found.taken === true, `${keep} is there already`],
  ];
  return reasons.filter(([holds]) => holds).map(([, reason]) => reason);
}
