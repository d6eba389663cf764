/** The tokens of passages, the ends exclusive. */
export interface PassageSpans {
  readonly startToken: ArrayLike<number>;
  readonly endToken: ArrayLike<number>;
}

/** A page as its tokens. */
export interface PageText {
  /**
   * Tokens `start` to `end`, the end exclusive; a blank inside a token is "_".
   *
   * @throws RangeError when the page has fewer tokens.
   */
  slice(start: number, end: number): string[];
  /** The first tokens, at most so many. */
  head(most: number): string[];
  /** Whether token `index`, which reads `token`, is a tag. */
  isTag(index: number, token: string): boolean;
  /**
   * The texts of passages from one pass over the page, `undefined` or `null` where only cleaning them one by one can tell. The
   * tokenisation is not undone.
   *
   * @param options.natural Whether whoever asks will undo it.
   */
  passages?(
    spans: PassageSpans,
    options: { readonly natural?: boolean | undefined },
  ): readonly (string | undefined)[] | null;
}

/** `<P>`, `</Li>`, `<Th_colspan="2">`; but not a lone "<", which pages have as well. */
export function looksLikeTag(token: string): boolean {
  return (
    token.charCodeAt(0) === 0x3c && /^<\/?[A-Za-z][A-Za-z0-9]*(?:[_ ][^<>]*)?\/?>$/.test(token)
  );
}

/** A page from a list of its tokens. */
export function pageFromTokens(tokens: readonly string[], html?: ArrayLike<unknown>): PageText {
  const clean = (from: number, to: number): string[] =>
    tokens.slice(from, to).map((token) => token.replaceAll(" ", "_"));
  return {
    slice(from, to) {
      checkEnd(to, tokens.length);
      return clean(from, to);
    },
    head: (most) => clean(0, most),
    isTag: (index, token) => (html === undefined ? looksLikeTag(token) : Boolean(html[index])),
  };
}

/** @throws RangeError when a span ends beyond the page. */
export function checkEnd(end: number, count: number): void {
  if (end > count) {
    throw new RangeError(`a span must end within the ${count} tokens of the page, received ${end}`);
  }
}
