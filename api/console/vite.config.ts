import { fileURLToPath } from "node:url"

import { svelte } from "@sveltejs/vite-plugin-svelte"
import { defineConfig } from "vitest/config"

const api = process.env.RINGFENCE_API ?? "http://127.0.0.1:8000"
const served = ["/v1", "/healthz", "/readyz", "/metrics", "/openapi.json", "/base-map"]

export default defineConfig({
  plugins: [svelte()],
  resolve: { alias: { $: fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2023",
    // An inlined file is a data: URL, which the content security policy does not allow.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    manifest: true,
    // The polyfill for old browsers; the policy and the target leave nothing for it to do.
    rolldownOptions: { checks: { pluginTimings: false } },
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  server: { proxy: Object.fromEntries(served.map((path) => [path, api])) },
  // Machines that build are busy ones.
  test: { include: ["src/**/*.test.ts"], testTimeout: 30_000 },
})
