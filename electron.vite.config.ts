import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

// ssh2 and everything else is bundled into main; only native modules stay outside.
const native = [
  'electron',
  'electron/main',
  'electron/renderer',
  'electron/common',
  'keytar',
  'node-pty',
  'cpu-features',
]

export default defineConfig({
  main: {
    build: {
      target: 'node20',
      externalizeDeps: false,
      outDir: 'out/main',
      rolldownOptions: {
        input: {
          main: resolve('src/main/main.ts'),
          'key-worker': resolve('src/main/key-formats/key-worker.mjs'),
          'small-files-worker': resolve('src/main/files/small-files-worker.mjs'),
        },
        external: [...native, /^node:/, /\.node$/],
        // CommonJS: Electron must have run this whole file before it is ready, which it does not wait for with a module.
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' },
      },
    },
  },
  preload: {
    build: {
      target: 'node20',
      externalizeDeps: false,
      outDir: 'out/preload',
      rolldownOptions: {
        input: { preload: resolve('src/preload/preload.ts') },
        external: native,
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react()],
    // Its build for pages makes an element to decode entities, and previews are parsed in a worker, which has none.
    resolve: {
      alias: { 'decode-named-character-reference': resolve('node_modules/decode-named-character-reference/index.js') },
    },
    // Modules, so that the worker of previews loads only the parser that it needs.
    worker: {
      format: 'es',
      // An unused part of this package loads WebAssembly, which the page's policy refuses.
      rolldownOptions: { treeshake: { moduleSideEffects: id => !id.includes('/hyparquet-compressors/') } },
    },
    build: {
      target: 'chrome130',
      outDir: resolve('out/renderer'),
      emptyOutDir: true,
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { input: { index: resolve('src/renderer/index.html') } },
    },
  },
})
