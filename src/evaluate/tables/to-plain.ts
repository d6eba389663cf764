/** What JSON can hold. */
export type Plain =
  null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/**
 * An evaluation as JSON can hold it: typed arrays become arrays, maps become objects, `undefined` is left out. All else
 * stays as it is.
 *
 * @throws TypeError on a number JSON has no form for (NaN, an infinity) and on functions and symbols.
 */
export function toPlain(value: unknown, path = "value"): Plain {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") {
    if (Number.isFinite(value)) return value;
    throw new TypeError(`toPlain: ${path} must be a number that JSON has, received ${value}`);
  }
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    return Array.from(value as ArrayLike<unknown>, (item, i) => toPlain(item, `${path}[${i}]`));
  }
  if (typeof value !== "object" || value instanceof DataView) {
    throw new TypeError(`toPlain: ${path} must be what JSON can hold, received a ${typeof value}`);
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [String(key), toPlain(item, `${path}.${String(key)}`)]),
  );
}
