import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Puts a compressed twin beside every larger text file, so that the server need not compress. */
function compressed(): Plugin {
  let folder = "";
  return {
    name: "compressed",
    apply: "build",
    configResolved: (config) => {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle: () => {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (![".js", ".css", ".svg"].includes(extname(name))) continue;
        const content = readFileSync(join(folder, name));
        if (content.length > 1024) writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "/console/",
  plugins: [react(), compressed()],
  resolve: { alias: { "@": join(here, "src") } },
  build: {
    outDir: process.env.CONSOLE_OUT ?? join(here, "../src/switchroom/web/static/console"),
    emptyOutDir: true,
    assetsInlineLimit: 0, // the security policy is for files, not for data in addresses
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8080", "/webrtc": { target: "ws://127.0.0.1:8080", ws: true } } },
});
