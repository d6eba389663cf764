/** Bytes of the text in UTF-8; a lone surrogate counts as the replacement character that encoders write for it. */
export function utf8Length(text: string): number {
  const { Buffer } = globalThis as { Buffer?: { byteLength(text: string): number } };
  if (Buffer !== undefined) return Buffer.byteLength(text);
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    // Two units of a surrogate pair are one character of 4 bytes.
    if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) bytes -= 2;
  }
  return bytes;
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;
