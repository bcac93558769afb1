import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

// `tree`: elements are made one by one, never by a parser of markup, so that no text that comes from
// outside has a way to become markup.
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true, fragments: "tree" },
};
