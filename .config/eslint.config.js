import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "out/",
      "coverage/",
      "node_modules/",
      ".cache/",
      "docs/api/",
      "src/math/kernel/**",
      "test/fixtures/**",
    ],
  },
  ...tseslint.configs.strict,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: [".config/*.js"] },
        tsconfigRootDir: import.meta.dirname + "/..",
      },
    },
    rules: {
      eqeqeq: "error",
      "no-console": ["error", { allow: ["error"] }],
      "prefer-const": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      // The one lawful use: an index that the loop's own bound proves.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "no-restricted-properties": [
        "error",
        {
          object: "Math",
          property: "random",
          message: "Every random choice takes a seed: createRandom(seed).",
        },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    languageOptions: {},
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "no-console": "error",
    },
  },
  { files: ["examples/**", "bench/**"], rules: { "no-console": "off" } },
);
