import { defineConfig } from "vite";
import { indexPage, yamlModules } from "./vite.plugins.ts";

// The published map as plain files, for any web server and any folder of it: `geomujun export site`
// copies this build and writes the data beside it.
export default defineConfig({
  base: "./",
  plugins: [yamlModules(), indexPage("site.html")],
  build: {
    outDir: "../geomujun_maps/site",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input: "site.html" },
  },
});
