import { checkChoice, refuse } from "../../../base/checks.js";
import type { MigrationPlan } from "../store.js";
import { attempt } from "./attempt.js";
import { originComment, readOrigin, type TableShape } from "./catalog.js";
import type { Connection } from "./client.js";
import type { Memory } from "./session.js";
import { checkName, quoteName, quoteText } from "./sql.js";
import { markName } from "./targets.js";
import type { VectorType } from "./wire.js";

/** Before anything is made, that another adapter would then find there. */
export async function checkDimensions(
  connection: Connection,
  { quoted, vector }: TableShape,
  { inputDimensions }: MigrationPlan,
  place: string,
): Promise<void> {
  const column = `t.${quoteName(vector.name)}`;
  const rows = await connection.query(
    `select ${vector.extension}.vector_dims(${column}) as dimensions from ${quoted} t where ${column} is not null limit 1`,
  );
  for (const { dimensions } of rows) {
    if (Number(dimensions) === inputDimensions) continue;
    refuse(`${place}: dimensions`, `the adapter's ${inputDimensions}`, Number(dimensions));
  }
}

/** The names of a new column or table, and of what holds the untouched vectors after a switch that changes names. */
export function checkNames(
  place: string,
  names: { readonly name: string; readonly keep: string | null; readonly ending?: string },
): void {
  const { name, keep, ending } = names;
  checkName(name, `${place}: name`, ending);
  if (keep === null) return;
  checkName(keep, `${place}: keep`);
  if (keep === name) refuse(`${place}: keep`, "another name than the new", keep);
}

/** The type of the new vectors: that of the old unless another was asked for. */
export function chooseKind(
  place: string,
  { name, vector }: TableShape,
  asked: VectorType | undefined,
  { outputDimensions }: MigrationPlan,
): VectorType {
  const kind = asked ?? vector.kind;
  checkChoice(kind, `${place}: type`, ["vector", "halfvec"]);
  if (outputDimensions <= 16_000) return kind;
  throw new RangeError(
    `${name}: pgvector holds at most 16000 dimensions, received an adapter to ${outputDimensions}`,
  );
}

const other = (name: string, origin: { readonly madeBy: string } | null, plan: MigrationPlan) =>
  new Error(
    origin === null
      ? `${name}: is there already and no migration has made it; choose another name`
      : `${name}: was begun with another adapter or side (${origin.madeBy}, now ${plan.madeBy}); drop it to begin anew, or choose another name`,
  );

interface Making {
  readonly kind: VectorType;
  readonly plan: MigrationPlan;
  readonly memory: Memory;
}

export async function addColumn(
  connection: Connection,
  shape: TableShape,
  { column, kind, plan, memory }: Making & { readonly column: string },
): Promise<void> {
  const there = shape.columns.get(column);
  const place = `${shape.name}.${column}`;
  if (there !== undefined) {
    const origin = readOrigin(there.comment);
    if (origin?.madeBy !== plan.madeBy || origin.from !== shape.vector.name) {
      throw other(place, origin, plan);
    }
    return;
  }
  delete memory.since;
  const type = `${shape.vector.extension}.${kind}(${plan.outputDimensions})`;
  const origin = { madeBy: plan.madeBy, from: shape.vector.name, was: null };
  await attempt(`${place}: cannot be added`, () =>
    connection.transaction(async (inside) => {
      await inside.query(
        `alter table ${shape.quoted} add column ${quoteName(column)} ${type}, add column ${quoteName(markName(column))} uuid`,
      );
      await inside.query(
        `comment on column ${shape.quoted}.${quoteName(column)} is ${quoteText(originComment(origin))}`,
      );
    }),
  );
}

export async function addTable(
  connection: Connection,
  shape: TableShape,
  { table, kind, plan, memory }: Making & { readonly table: string },
): Promise<void> {
  const there = `${quoteName(shape.schema)}.${quoteName(table)}`;
  const [found] = await connection.query(
    "select obj_description(to_regclass($1), 'pg_class') as comment, to_regclass($1) is not null as exists",
    [there],
  );
  if (found.exists === true) {
    const origin = readOrigin(found.comment as string | null);
    if (origin?.madeBy !== plan.madeBy || origin.from !== shape.name)
      throw other(table, origin, plan);
    return;
  }
  delete memory.since;
  const columns = [
    ...shape.key.map(({ name, type }) => `${quoteName(name)} ${type} not null`),
    `${quoteName(shape.vector.name)} ${shape.vector.extension}.${kind}(${plan.outputDimensions}) not null`,
    `${quoteName(markName(shape.vector.name))} uuid`,
    `primary key (${shape.key.map(({ name }) => quoteName(name)).join(", ")})`,
  ];
  const origin = { madeBy: plan.madeBy, from: shape.name, was: null };
  await attempt(`${table}: cannot be made`, () =>
    connection.transaction(async (inside) => {
      await inside.query(`create table ${there} (${columns.join(", ")})`);
      await inside.query(`comment on table ${there} is ${quoteText(originComment(origin))}`);
    }),
  );
}
