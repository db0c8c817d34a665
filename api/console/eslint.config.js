import js from "@eslint/js"
import svelte from "eslint-plugin-svelte"
import globals from "globals"
import ts from "typescript-eslint"

import svelteConfig from "./svelte.config.js"

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/api/openapi.d.ts"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig },
    },
    rules: {
      "svelte/no-at-html-tags": "error",
      "svelte/button-has-type": "error",
      "svelte/no-target-blank": "error",
      // Svelte's `resolve` belongs to SvelteKit; links here are plain paths.
      "svelte/no-navigation-without-resolve": "off",
    },
  },
  {
    rules: {
      "no-console": "error",
      eqeqeq: "error",
      "max-lines": ["error", 400],
    },
  },
  // Every text is in one file, so that one file is what a translation is.
  { files: ["src/strings/*.ts"], rules: { "max-lines": "off" } },
)
