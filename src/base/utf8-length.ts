/** Bytes of the text in UTF-8. */
export function utf8Length(text: string): number {
  const { Buffer } = globalThis as { Buffer?: { byteLength(text: string): number } };
  if (Buffer !== undefined) return Buffer.byteLength(text);
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate pair is two units of 2 bytes each.
    if (unit >= 0x80) bytes += unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
