/**
 * Writing protocol buffers, as much as the ONNX format needs: a field is a list of byte blocks, so that weights of many
 * megabytes are copied once, when all of it is joined.
 * https://protobuf.dev/programming-guides/encoding/
 */
export type Field = readonly Uint8Array[];

/** An integer >= 0, as int32, int64 and enums are written. */
export function integerField(field: number, value: number): Field {
  return [Uint8Array.from([...varint(field << 3), ...varint(value)])];
}

/** A nested message, of its fields in the order given. */
export function messageField(field: number, fields: readonly Field[]): Field {
  return bytesField(field, fields.flat());
}

export function textField(field: number, text: string): Field {
  return bytesField(field, [new TextEncoder().encode(text)]);
}

/** The blocks under each other, as one field of bytes. */
export function bytesField(field: number, blocks: readonly Uint8Array[]): Field {
  const length = blocks.reduce((sum, block) => sum + block.length, 0);
  return [Uint8Array.from([...varint((field << 3) | 2), ...varint(length)]), ...blocks];
}

/** The fields as the bytes of a whole message. */
export function joinFields(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const blocks = fields.flat();
  const bytes = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    bytes.set(block, at);
    at += block.length;
  }
  return bytes;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
}
