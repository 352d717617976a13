import { resolve } from 'node:path'

import { defineConfig } from 'vite'

/** Programs for the demo, the end-to-end tests and the benchmarks: the in-process SSH server and the bare transfer engine. */
export default defineConfig({
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'out/testing',
    rollupOptions: {
      input: {
        'ssh-server': resolve('src/testing/ssh-server-program.ts'),
        'transfer-engine': resolve('src/testing/transfer-engine.ts'),
        'config-engine': resolve('src/testing/config-engine.ts'),
        'forward-engine': resolve('src/testing/forward-engine.ts'),
      },
      output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name].cjs' },
      external: [/\.node$/, 'cpu-features', 'node-pty'],
    },
  },
  ssr: { noExternal: true, external: ['cpu-features', 'node-pty'] },
})
