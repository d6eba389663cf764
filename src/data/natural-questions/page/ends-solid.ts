const SPACE = 0x20;

/** Whether the last character of UTF-8 that ends at `end` is none that `trimEnd` takes off. */
export function endsSolid(out: Uint8Array, end: number): boolean {
  const last = out[end - 1];
  if (last < 0x80) return last > SPACE;
  const before = out[end - 2];
  if (last === 0xa0 && before === 0xc2) return false;
  switch (out[end - 3]) {
    case 0xe1:
      return !(before === 0x9a && last === 0x80);
    case 0xe2:
      if (before === 0x81) return last !== 0x9f;
      return !(
        before === 0x80 &&
        (last <= 0x8a || last === 0xa8 || last === 0xa9 || last === 0xaf)
      );
    case 0xe3:
      return !(before === 0x80 && last === 0x80);
    case 0xef:
      return !(before === 0xbb && last === 0xbf);
    default:
      return true;
  }
}
