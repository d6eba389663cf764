/** A struct by the numbers of its fields; what no check needs (texts, lists, doubles) is passed over as `null`. */
export type ThriftFields = ReadonlyMap<number, number | boolean | ThriftFields | null>;

/** A structure deeper than any that parquet has. */
const mostDepth = 32;

/**
 * Reads Thrift's compact protocol as far as counts and sizes need it, and never beyond the bytes: a list says its length
 * before its elements, a number its bytes one by one, and both are held against what is there.
 *
 * @throws RangeError for what is no such structure.
 */
export class ThriftReader {
  readonly #bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.offset = offset;
  }

  struct(depth = 0): ThriftFields {
    if (depth > mostDepth) throw new RangeError("the structure is nested too deeply");
    const fields = new Map<number, number | boolean | ThriftFields | null>();
    let id = 0;
    for (;;) {
      const head = this.#byte();
      if (head === 0) return fields;
      id = head >> 4 === 0 ? this.#zigzag() : id + (head >> 4);
      fields.set(id, this.#value(head & 15, depth));
    }
  }

  #byte(): number {
    if (this.offset >= this.#bytes.length) throw new RangeError("the structure ends early");
    return this.#bytes[this.offset++];
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++, scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError("a number has more than 10 bytes");
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #skip(count: number): null {
    if (count > this.#bytes.length - this.offset) throw new RangeError("the structure ends early");
    this.offset += count;
    return null;
  }

  #value(type: number, depth: number): number | boolean | ThriftFields | null {
    switch (type) {
      case 1:
        return true;
      case 2:
        return false;
      case 3:
        return this.#skip(1);
      case 4:
      case 5:
      case 6:
        return this.#zigzag();
      case 7:
        return this.#skip(8);
      case 8:
        return this.#skip(this.#varint());
      case 9: {
        const head = this.#byte();
        const count = head >> 4 === 15 ? this.#varint() : head >> 4;
        // An element has at least a byte.
        if (count > this.#bytes.length - this.offset) {
          throw new RangeError("a list has more elements than bytes are left");
        }
        const element = head & 15;
        for (let i = 0; i < count; i++) {
          if (element === 1 || element === 2) this.#skip(1);
          else this.#value(element, depth + 1);
        }
        return null;
      }
      case 12:
        return this.struct(depth + 1);
      default:
        throw new RangeError(`a field is of the unknown type ${type}`);
    }
  }
}
