import { readdirSync, readFileSync } from 'node:fs'

import { defineConfig } from 'vitest/config'

const files = ['src', 'scripts'].flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.test\.tsx?$/.test(name))
    .map(name => `${folder}/${name.replaceAll('\\', '/')}`),
)
/** Imports by which a test starts programs or servers; the list is the definition of the `servers` tier. */
const startsSomething =
  /from '(node:child_process|[./]*testing\/(open-ssh|dial|ssh-server|file-rig|forward-rig|run-transfer|build-test-services|link-rig|ssh-config-oracle|tmux-servers)\.ts)'/
/** Tests that take longer than a save may: scrypt at its real cost, whole transfers. */
const slow = ['src/main/storage/vault.test.ts', 'src/main/transfers/transfer-service.test.ts']
const servers = files.filter(file => slow.includes(file) || startsSomething.test(readFileSync(file, 'utf8')))

const shared = {
  setupFiles: ['src/testing/no-leaks.ts'],
  testTimeout: 30_000,
  // One engine for a test's real sockets and processes, a process per file.
  pool: 'forks',
} as const

export default defineConfig({
  test: {
    // All cores: servers' tests wait more than they compute.
    maxWorkers: '100%',
    projects: [
      // Pure tests: `npm run unit`, for every save.
      {
        test: {
          ...shared,
          pool: 'threads',
          isolate: false,
          name: 'unit',
          include: files.filter(file => !servers.includes(file)),
        },
      },
      { test: { ...shared, name: 'servers', include: servers } },
    ],
  },
})
