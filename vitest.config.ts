import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
    setupFiles: ['src/testing/no-leaks.ts'],
    testTimeout: 30_000,
    // One engine for a test's real sockets and processes, a process per file.
    pool: 'forks',
  },
})
