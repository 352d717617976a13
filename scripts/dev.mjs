// npm run dev: Hawser with hot reload and the demo servers.
import { dirname } from 'node:path'
import process from 'node:process'

import { startDemoServers } from './demo-servers.mjs'
import { startHeadless } from './headless.mjs'
import { help, runTool, sandboxArgs } from './run.mjs'
import { hasDisplay, setUp } from './set-up.mjs'

help(
  'npm run dev [-- --latency MS]   run Hawser with hot reload and the demo servers; --latency adds MS milliseconds to each round trip',
)

const at = process.argv.indexOf('--latency')
const { electron } = await setUp({
  purposes: ['run', 'build', 'servers', ...(hasDisplay() ? [] : /** @type {const} */ (['headless']))],
})
const endHeadless = await startHeadless({ keyring: !hasDisplay() })
const servers = await startDemoServers({ latencyMs: at < 0 ? 0 : Number(process.argv[at + 1]) })
const code = await runTool(
  'electron-vite/bin/electron-vite.js',
  ['dev', ...(sandboxArgs.length > 0 ? ['--noSandbox'] : [])],
  {
    ...servers.env,
    ELECTRON_OVERRIDE_DIST_PATH: dirname(electron),
    ELECTRON_EXEC_PATH: electron,
  },
)
servers.end()
endHeadless()
process.exit(code)
