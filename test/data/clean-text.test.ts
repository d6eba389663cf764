import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanText } from "../../src/data/natural-questions/page/clean-text.js";
import { naturalText } from "../../src/data/natural-questions/page/natural-text.js";
import { pageFromTokens } from "../../src/data/natural-questions/page/page-text.js";
import { pageTitle } from "../../src/data/natural-questions/page/page-title.js";

function clean(text: string, options?: { natural: boolean }): string {
  const tokens = text.split(" ");
  return cleanText(pageFromTokens(tokens), 0, tokens.length, options);
}

describe("cleanText", () => {
  it.each([
    ["a paragraph", "<P> One , two . </P>", "One , two ."],
    [
      "a table as lines of cells, whatever their attributes",
      '<Table> <Tr> <Th_colspan="2"> Facts </Th> </Tr> <Tr> <Td> a b </Td> <Td> c </Td> </Tr> </Table>',
      "Facts\na b\tc",
    ],
    [
      "an empty cell in its place",
      "<Tr> <Td> </Td> <Td> x </Td> <Td> </Td> <Td> y </Td> </Tr>",
      "\tx\t\ty",
    ],
    [
      "no line for a row of empty cells",
      "<Tr> <Td> </Td> <Td> </Td> </Tr> <Tr> <Td> x </Td> </Tr>",
      "x",
    ],
    [
      "list items as lines",
      "<Ul> <Li> a <Ul> <Li> b </Li> </Ul> </Li> <Li> c </Li> </Ul>",
      "a\nb\nc",
    ],
    [
      "a list inside a cell on the cell's line",
      "<Tr> <Td> <Ul> <Li> a </Li> <Li> b </Li> </Ul> </Td> <Td> c </Td> </Tr>",
      "a b\tc",
    ],
    [
      "a table inside a cell as lines of its own",
      "<Table> <Tr> <Td> <Table> <Tr> <Td> a </Td> <Td> b </Td> </Tr> </Table> </Td> <Td> c </Td> </Tr> </Table>",
      "a\tb\nc",
    ],
    [
      "definition lists and headings",
      "<H2> h </H2> <Dl> <Dt> a </Dt> <Dd> b </Dd> </Dl>",
      "h\na\nb",
    ],
    ["a lone <, which is no tag", "<P> a < b > c <3 </P>", "a < b > c <3"],
    [
      "entities, when one is left in a token",
      "<P> R &amp; D &lt;x&gt; A&M ?a=1&copy=2 </P>",
      "R & D <x> A&M ?a=1&copy=2",
    ],
    ["nothing", "<P> </P>", ""],
  ])("writes %s", (_, text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  it("has no tag, no line end at its ends and no empty line, whatever the tokens", () => {
    const token = fc.constantFrom(
      ...["Table", "Tr", "Td", "Th", "Ul", "Li", "P", "H2"].flatMap((tag) => [
        `<${tag}>`,
        `</${tag}>`,
      ]),
      "a",
      "b",
      ".",
    );
    fc.assert(
      fc.property(fc.array(token, { minLength: 1, maxLength: 30 }), (tokens) => {
        const text = clean(tokens.join(" "));
        expect(text).not.toMatch(/<|^\n|\n$|\n\n| $/);
        const words = tokens.filter((t) => !t.startsWith("<"));
        expect(text.split(/\s+/).filter((word) => word !== "")).toEqual(words);
      }),
    );
  });
});

describe("naturalText", () => {
  it.each([
    ["( hide )", "(hide)"],
    ["he said `` no '' , then left .", 'he said "no", then left.'],
    ["the bee 's sting is n't small", "the bee's sting isn't small"],
    ["the bees ' hive", "the bees' hive"],
    ["now - retired `` World Champion ''", 'now-retired "World Champion"'],
    ["6 -- 18 April 2009", "6–18 April 2009"],
    ["Kolbe -- a friar -- died", "Kolbe – a friar – died"],
    ["4.2 % of 1,642 ; $ 7", "4.2% of 1,642; $7"],
    ["and / or", "and/or"],
    ["a\tb , c\nd ( e )", "a\tb, c\nd (e)"],
    ["U.S. ( WWE ) , 10 : 30", "U.S. (WWE), 10: 30"],
    ["", ""],
  ])("writes %j as %j", (text, expected) => {
    expect(naturalText(text)).toBe(expected);
  });

  it("is what `natural` gives, cell by cell", () => {
    const text = "<Tr> <Td> a ( b ) </Td> <Td> , c </Td> </Tr> <P> it 's </P>";
    expect(clean(text, { natural: true })).toBe("a (b)\t, c\nit's");
  });
});

describe("pageTitle", () => {
  const title = (text: string, url: string): string =>
    pageTitle(pageFromTokens(text.split(" ")), url);
  it.each([
    [
      "the address's, where both name the same",
      "Colony ( Biology ) - wikipedia <H1> x",
      "?title=Colony_(biology)&amp;oldid=1",
      "Colony (biology)",
    ],
    [
      "the text's first letter, which addresses capitalise",
      "iPhone - Wikipedia <H1> x",
      "?title=IPhone",
      "iPhone",
    ],
    [
      "the text's, where the address names another page",
      "Two , Three ( Four ) - Wikipedia <H1> x",
      "?title=Redirect",
      "Two, Three (Four)",
    ],
    [
      "the text's, where the address has none",
      "It 's - a - Wikipedia <H1> x",
      "https://example.org/1",
      "It's-a",
    ],
    [
      "the address's, where the text has none",
      "<P> no title </P>",
      "/wiki/What%27s_Up%3F",
      "What's Up?",
    ],
    ["the text's, where the address is broken", "A - Wikipedia <H1> x", "?title=%E0%A4%A", "A"],
    ["nothing, where there is nothing", "<P> x </P>", "", ""],
  ])("is %s", (_, text, url, expected) => {
    expect(title(text, url)).toBe(expected);
  });
});
