/** Whether the ASCII word stands at `from`. */
export function isWord(bytes: Uint8Array, from: number, word: string): boolean {
  for (let k = 0; k < word.length; k++) if (bytes[from + k] !== word.charCodeAt(k)) return false;
  return true;
}

/** Past the white space of JSON at `i`. */
export function skip(bytes: Uint8Array, i: number): number {
  let c = bytes[i];
  while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = bytes[++i];
  return i;
}
