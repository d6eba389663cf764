import { attempt } from "./attempt.js";
import { originComment, readOrigin } from "./catalog.js";
import { quoteName, quoteText } from "./sql.js";
import type { LockedTable } from "./lock-table.js";

interface Undoing {
  readonly rename: boolean;
  readonly begin: () => Promise<LockedTable>;
}

/** The old column under its old name again, the new one under its own. */
export async function undoColumn({
  rename,
  begin,
  vector,
}: Undoing & { vector: string }): Promise<void> {
  const { connection, shape, end } = await begin();
  try {
    const origin = readOrigin(shape.vector.comment);
    if (!rename || origin?.was === null || origin === null) {
      throw new Error(`${shape.name}.${vector}: no switch to undo; the old vectors are in place`);
    }
    const alter = `alter table ${shape.quoted}`;
    const [v, w, kept] = [vector, origin.was, origin.from].map(quoteName);
    const back = originComment({ madeBy: origin.madeBy, from: vector, was: null });
    await attempt(`${shape.name}.${vector}: cannot be put back`, () =>
      connection.transaction(async (inside) => {
        await inside.query(`${alter} rename column ${v} to ${w}`);
        await inside.query(`${alter} rename column ${kept} to ${v}`);
        await inside.query(`comment on column ${shape.quoted}.${w} is ${quoteText(back)}`);
      }),
    );
  } finally {
    await end();
  }
}

export async function undoTable({ rename, begin }: Undoing): Promise<void> {
  const { connection, shape, end } = await begin();
  try {
    const origin = readOrigin(shape.comment);
    if (!rename || origin?.was === null || origin === null) {
      throw new Error(`${shape.name}: no switch to undo; the old table is in place`);
    }
    const kept = `${quoteName(shape.schema)}.${quoteName(origin.from)}`;
    const again = `${quoteName(shape.schema)}.${quoteName(origin.was)}`;
    const back = originComment({ madeBy: origin.madeBy, from: shape.name, was: null });
    await attempt(`${shape.name}: cannot be put back`, () =>
      connection.transaction(async (inside) => {
        await inside.query(`alter table ${shape.quoted} rename to ${quoteName(origin.was!)}`);
        await inside.query(`alter table ${kept} rename to ${quoteName(shape.name)}`);
        await inside.query(`comment on table ${again} is ${quoteText(back)}`);
      }),
    );
  } finally {
    await end();
  }
}
