/** Texts that would break a page which took them for anything but texts. */
export const hostileTexts: readonly string[] = [
  `</script><script>alert("x")</script>`,
  `"><img src=x onerror=alert(1)>`,
  `</style><!-- ]]> &amp; &#x3c;b>`,
  `' onmouseover='alert(1)`,
  "😀 \u{1F468}\u200d\u{1F469}\u200d\u{1F467} عربي 漢字 e\u0301",
  "line\u2028separator\u2029paragraph \u202eright to left",
  "\ud800 lone surrogate, NUL \u0000, bell \u0007",
  "x".repeat(10_000),
  "word ".repeat(2_000),
];
