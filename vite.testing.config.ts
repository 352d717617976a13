import { resolve } from 'node:path'

import { defineConfig } from 'vite'

const native = ['cpu-features', 'node-pty', 'keytar', 'electron', 'electron/main', 'electron/common']

/** Programs for the demo, the end-to-end tests and the benchmarks: the in-process SSH server, the bare engines, and
 * Hawser in a process that many tests share. */
export default defineConfig({
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'out/testing',
    rollupOptions: {
      input: {
        'e2e-host': resolve('src/testing/e2e-host.ts'),
        'ssh-server': resolve('src/testing/ssh-server-program.ts'),
        'transfer-engine': resolve('src/testing/transfer-engine.ts'),
        'config-engine': resolve('src/testing/config-engine.ts'),
        'forward-engine': resolve('src/testing/forward-engine.ts'),
      },
      output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name].cjs' },
      external: [/\.node$/, ...native],
    },
  },
  ssr: { noExternal: true, external: native },
})
