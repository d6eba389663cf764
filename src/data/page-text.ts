/**
 * A page as its tokens: one string in which single spaces part them, as in the simplified format. Slicing a few
 * tokens out costs no more than those tokens, and a page not asked for costs only its string.
 */
export class PageText {
  readonly text: string;
  readonly #html: Uint8Array | null;
  /** Where token i starts; filled as far as was asked. */
  #starts: number[] = [0];
  #count: number | undefined;

  /**
   * @param text Tokens joined by single spaces; a space inside a token is written "_".
   * @param html 1 for each token that is a tag, where the format says so; otherwise a tag is known by its look.
   */
  constructor(text: string, html: Uint8Array | null = null) {
    this.text = text;
    this.#html = html;
  }

  /** How many tokens the page has. */
  get count(): number {
    if (this.#count === undefined) {
      let count = 1;
      for (let i = this.text.indexOf(" "); i >= 0; i = this.text.indexOf(" ", i + 1)) count++;
      this.#count = count;
    }
    return this.#count;
  }

  /** Tokens `start` to `end`, the end exclusive. */
  slice(start: number, end: number): string[] {
    if (end <= start) return [];
    return this.text.slice(this.#startOf(start), this.#startOf(end) - 1).split(" ");
  }

  /** Whether token `index`, which reads `token`, is a tag. */
  isTag(index: number, token: string): boolean {
    return this.#html === null ? looksLikeTag(token) : this.#html[index] === 1;
  }

  #startOf(index: number): number {
    const starts = this.#starts;
    while (starts.length <= index) {
      const space = this.text.indexOf(" ", starts[starts.length - 1]);
      starts.push((space < 0 ? this.text.length : space) + 1);
    }
    return starts[index];
  }
}

/** `<P>`, `</Li>`, `<Th_colspan="2">`; but not a lone "<", which pages have as well. */
function looksLikeTag(token: string): boolean {
  return (
    token.charCodeAt(0) === 0x3c && /^<\/?[A-Za-z][A-Za-z0-9]*(?:[_ ][^<>]*)?\/?>$/.test(token)
  );
}
