import type { Random } from "../../src/base/random.js";

const astral = (from: number, span: number, random: Random): string =>
  String.fromCodePoint(from + random.integer(span));

/** What stands in texts of all kinds, and what tokenizers, cuts and encoders stumble over. */
const kinds: readonly ((random: Random) => string)[] = [
  () => "plain words of English, ",
  () => "it's we'LL they'd I'ſ 'S'T x'm'",
  (random) => String(random.integer(1e9)).repeat(1 + random.integer(5)),
  (random) => astral(0x1f300, 0x300, random).repeat(1 + random.integer(9)),
  () => "👩‍👩‍👧‍👦🏽",
  (random) => astral(0x4e00, 0x5000, random).repeat(1 + random.integer(40)),
  () => "敏捷的棕色狐狸，跳过了河边。",
  (random) => astral(0x1d400, 0x100, random).repeat(3), // letters of two units
  (random) => String.fromCharCode(0xd800 + random.integer(0x800)), // half a pair
  (random) => "e\u0301o\u0308".repeat(1 + random.integer(30)),
  (random) => "हिन्दी भाषा".repeat(1 + random.integer(4)),
  () => "ภาษาไทยไม่มีช่องว่าง",
  () => "مرحبا بالعالم ",
  (random) => "a".repeat(1 + random.integer(1500)),
  (random) => "ß".repeat(1 + random.integer(700)),
  (random) => " ".repeat(1 + random.integer(1200)),
  (random) => "\n".repeat(1 + random.integer(20)) + " \t\r\n ",
  (random) => "=".repeat(1 + random.integer(900)),
  (random) => "!?…".repeat(1 + random.integer(200)),
  () => "<|endoftext|><|im_start|>",
  () => "\u0000\u200b\u2028\ufeff\u00a0",
  (random) => "camelCaseIdentifierWithNoSpace_".repeat(1 + random.integer(30)),
  () => "http://example.org/a?b=c&d=%20#e",
  () => '{"k": [1,2.50,-3e+4]}\n',
];

/** A text of about so many units, of one kind, a few or all. */
export function oddText(length: number, random: Random): string {
  const some = Array.from({ length: [1, 2, 4, 24][random.integer(4)] }, () => {
    return kinds[random.integer(kinds.length)];
  });
  let text = "";
  while (text.length < length) text += some[random.integer(some.length)](random);
  return text;
}
