import { createRandom, type Random } from "../../src/base/random.js";

const numbers = [
  ...["0", "-1", "1e308", "-1e308", "1e999", "NaN", "9007199254740993", "4294967296", "-0", "0.5"],
  ...["999999999999999999999", "null", "true", "[]", "{}", '""', "[[[[", "1e-400"],
];
const bytesToTry = [0, 255, 127, 128, 0x22, 0x5c, 0x0a, 0x0d, 0x09, 0x2c];
const wide = [0xffffffff, 0x7fffffff, 0x80000000, 0, 1, 0x100000];
const doubles = [NaN, Infinity, -1, 1e308, 2 ** 53, 5e-324];

/** A damaged copy of valid bytes; half of the damage stands near the beginning, where headers are. */
export function mutate(base: Uint8Array, seed: string, isText: boolean): Buffer {
  const random = createRandom(seed);
  let bytes = Buffer.from(base);
  for (let times = 1 + random.integer(3); times > 0 && bytes.length > 0; times--) {
    const at = random.integer(bytes.length);
    const place = random.integer(2) === 0 ? random.integer(Math.min(bytes.length, 300)) : at;
    bytes = damage(bytes, place, random.integer(isText ? 9 : 7), random);
  }
  return bytes;
}

function damage(
  bytes: Buffer<ArrayBuffer>,
  at: number,
  kind: number,
  random: Random,
): Buffer<ArrayBuffer> {
  const before = bytes.subarray(0, at);
  switch (kind) {
    case 0:
      bytes[at] ^= 1 << random.integer(8);
      return bytes;
    case 1:
      bytes[at] = bytesToTry[random.integer(bytesToTry.length)];
      return bytes;
    case 2:
      return Buffer.from(before); // cut short
    case 3: {
      const noise = Buffer.from(
        Array.from({ length: 1 + random.integer(16) }, () => random.integer(256)),
      );
      return Buffer.concat([before, noise, bytes.subarray(at)]);
    }
    case 4: {
      const from = random.integer(bytes.length);
      const copied = bytes.subarray(from, from + random.integer(500));
      return Buffer.concat([before, copied, bytes.subarray(at)]);
    }
    case 5:
      return Buffer.concat([before, bytes.subarray(at + 1 + random.integer(200))]);
    case 6: {
      if (bytes.length < 8) return bytes;
      const start = Math.min(at, bytes.length - 8);
      if (random.integer(2) === 0) bytes.writeUInt32LE(wide[random.integer(wide.length)], start);
      else bytes.writeDoubleLE(doubles[random.integer(doubles.length)], start);
      return bytes;
    }
    case 7: {
      // A number or a text is another.
      const text = bytes.toString("latin1");
      const found = [
        ...text.slice(0, 20_000).matchAll(/-?\d+(?:\.\d+)?|true|false|null|"[^"]{0,20}"/g),
      ];
      if (found.length === 0) return bytes;
      const { 0: value, index } = found[random.integer(found.length)];
      const other = Buffer.from(numbers[random.integer(numbers.length)]);
      return Buffer.concat([bytes.subarray(0, index), other, bytes.subarray(index + value.length)]);
    }
    default: {
      const piece = ["[", '{"a":', "(", "\\u", '"', " ", "\\"][random.integer(7)];
      const many = Buffer.from(piece.repeat(10 ** (1 + random.integer(4))));
      return Buffer.concat([before, many, bytes.subarray(at)]);
    }
  }
}
