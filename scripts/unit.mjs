// npm run unit: the tests without programs and servers, for every save.
import process from 'node:process'

import { help, runTool } from './run.mjs'
import { setUp } from './set-up.mjs'

help('npm run unit [-- vitest arguments]   run the unit tests that need no servers; --watch runs them on every save')

await setUp({ purposes: ['build'], build: false, electron: false })
const watch = process.argv.includes('--watch')
const args = process.argv.slice(2).filter(arg => arg !== '--watch')
process.exit(await runTool('vitest/vitest.mjs', [watch ? 'watch' : 'run', '--project=unit', ...args]))
