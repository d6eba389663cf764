import type { FileMetaData, SchemaElement } from "hyparquet";

/**
 * A file's metadata as if it had only some of its columns. hyparquet picks whole top-level columns; a page's HTML,
 * which is most of the file, is a field inside one, and is not fetched when the metadata does not name it.
 *
 * @param keep Told the path of a leaf without the levels that lists add, e.g. `["document", "tokens", "token"]`.
 */
export function selectColumns(
  metadata: FileMetaData,
  keep: (path: readonly string[]) => boolean,
): FileMetaData {
  const schema: SchemaElement[] = [];
  const { schema: all } = metadata;
  let next = 0;
  /** Copies the element at `next` and what is below it; gives back whether anything was kept. */
  const copy = (path: readonly string[]): boolean => {
    const element = all[next++];
    const children = element.num_children ?? 0;
    if (children === 0) {
      if (!keep(logicalPath(path))) return false;
      schema.push(element);
      return true;
    }
    const at = schema.length;
    schema.push(element);
    let kept = 0;
    for (let i = 0; i < children; i++) if (copy([...path, all[next].name])) kept++;
    if (kept === 0) schema.length = at;
    else schema[at] = { ...element, num_children: kept };
    return kept > 0;
  };
  copy([]);
  return {
    ...metadata,
    schema,
    row_groups: metadata.row_groups.map((group) => ({
      ...group,
      columns: group.columns.filter(({ meta_data: meta }) =>
        keep(logicalPath(meta?.path_in_schema ?? [])),
      ),
    })),
  };
}

/** Without "list", "element" (or older writers' "array", "item", "bag", "array_element"). */
function logicalPath(path: readonly string[]): string[] {
  return path.filter((name) => !/^(list|element|array|item|bag|array_element)$/.test(name));
}
