/** What is used of the optional peer `@huggingface/transformers`, so that types need not be installed. */
declare module "@huggingface/transformers" {
  export function pipeline(
    task: "feature-extraction",
    model: string,
    options: Readonly<Record<string, unknown>>,
  ): Promise<
    (
      texts: string[],
      options: { readonly pooling: string; readonly normalize: boolean },
    ) => Promise<{ readonly dims: readonly number[]; readonly data: ArrayLike<number> }>
  >;
}
