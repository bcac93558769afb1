import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// `npm run dev` shows the page over a server that runs elsewhere: WOOD_SERVER=http://127.0.0.1:7070.
const server = process.env.WOOD_SERVER ?? "http://127.0.0.1:7070";

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    license: { fileName: "licenses.txt" },
  },
  server: {
    proxy: {
      "/v1": {
        target: server,
        changeOrigin: true,
        // The server takes requests of its own origin alone.
        configure: (proxy) =>
          proxy.on("proxyReq", (request) => {
            request.removeHeader("origin");
            request.removeHeader("sec-fetch-site");
          }),
      },
    },
  },
});
