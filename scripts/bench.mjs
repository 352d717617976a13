// npm run bench: measures Hawser beside comparable programs in the same run and prints ratios.
import { dirname } from 'node:path'
import process from 'node:process'

import { startHeadless } from './headless.mjs'
import { help, runTool } from './run.mjs'
import { setUp } from './set-up.mjs'

help('npm run bench [-- name]   run the benchmarks in bench/; HAWSER_BENCH_KEEP=1 updates bench/baseline.json')

const { electron } = await setUp({ purposes: ['run', 'build', 'headless', 'servers', 'bench'] })
const end = await startHeadless({ keyring: true })
const code = await runTool(
  '@playwright/test/cli.js',
  ['test', '-c', 'bench/playwright.config.ts', ...process.argv.slice(2)],
  {
    ELECTRON_OVERRIDE_DIST_PATH: dirname(electron),
  },
)
end()
process.exit(code)
