import { describe, expect, it } from "vitest";
import { unpackZstd } from "../../../src/data/parquet/zstd.js";

/** A frame that says how many bytes it unpacks to (below 256), with one block of bytes as they are. */
function frame(said: number, bytes: readonly number[]): Uint8Array {
  const header = (bytes.length << 3) | 1; // raw, the last
  return Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, said, header, 0, 0, ...bytes]);
}

describe("a frame of zstd that says its length", () => {
  it("is unpacked, whatever its last byte is", () => {
    for (let last = 0; last < 256; last++) {
      const bytes = [1, 2, 3, last];
      expect([...unpackZstd(frame(4, bytes), 4)]).toEqual(bytes);
    }
  });

  it("is not filled up with zeros or anything else where it holds less", () => {
    for (const held of [1, 3, 9]) {
      const bytes = Array.from({ length: held }, () => 0);
      expect(() => unpackZstd(frame(10, bytes), 10)).toThrow(
        "a page must unpack to 10 bytes, received fewer",
      );
    }
  });

  it("is refused where it holds more", () => {
    expect(() => unpackZstd(frame(3, [1, 2, 3, 4]), 3)).toThrow(RangeError);
  });
});
