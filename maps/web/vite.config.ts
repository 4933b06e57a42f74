/// <reference types="vitest/config" />
import { defineConfig } from "vite";
import { gzipped, yamlModules } from "./vite.plugins.ts";

// The app that the service serves under /app/; names of files carry a hash of their content.
export default defineConfig({
  base: "/app/",
  plugins: [yamlModules(), gzipped()],
  build: {
    outDir: "../geomujun_maps/web",
    emptyOutDir: true,
    manifest: "manifest.json", // tells the service which files a page needs
    target: "es2022",
    modulePreload: { polyfill: false }, // the polyfill is an inline script, which the CSP refuses
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8000", "/tiles": "http://127.0.0.1:8000" } },
  test: { include: ["tests/**/*.test.ts"] },
});
