import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { parse } from "yaml";

/** `import legend from "….yaml"`: the legend of the whole project is one YAML file. */
export function yamlModules(): Plugin {
  return {
    name: "yaml",
    transform: {
      filter: { id: /\.yaml$/ },
      handler: (text) => ({
        code: `export default ${JSON.stringify(parse(text))}`,
        map: null,
        moduleType: "js",
      }),
    },
  };
}

/** Beside each text of the build its gzip, so that the service compresses nothing while serving. */
export function gzipped(): Plugin {
  let folder = "";
  return {
    name: "gzipped",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        const path = join(folder, name);
        if (/\.(js|mjs|css|html|svg|json)$/.test(name) && statSync(path).size > 1000) {
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        }
      }
    },
  };
}

/** The page of a build, whatever its source is called, is `index.html`. */
export function indexPage(source: string): Plugin {
  return {
    name: "index-page",
    enforce: "post",
    generateBundle(_, bundle) {
      const page = bundle[source];
      if (page) page.fileName = "index.html";
    },
  };
}
