import { resolve } from 'node:path'

import { defineConfig } from 'vite'

/** The in-process SSH server as a program of its own, for the demo and the end-to-end tests. */
export default defineConfig({
  build: {
    ssr: resolve('src/testing/ssh-server-program.ts'),
    target: 'node20',
    outDir: 'out/testing',
    rollupOptions: {
      output: { format: 'cjs', entryFileNames: 'ssh-server.cjs' },
      external: [/\.node$/, 'cpu-features', 'node-pty'],
    },
  },
  ssr: { noExternal: true, external: ['cpu-features', 'node-pty'] },
})
