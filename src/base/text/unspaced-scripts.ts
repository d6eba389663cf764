/**
 * Scripts that put no blanks between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese; as the inside of a character class of a
 * regular expression with the flag u.
 */
export const unspacedScripts =
  "\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}";
