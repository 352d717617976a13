// npm run dist: packages for this platform into dist/.
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'

import { help, runTool } from './run.mjs'
import { setUp } from './set-up.mjs'

help('npm run dist [-- electron-builder arguments]   installers for this platform in dist/; --dir makes a folder only')

const { electron } = await setUp({ purposes: ['build'] })
// Where Electron can't be downloaded, the runtime that the tests use is packed: good for a trial, not for a release.
const own =
  electron.includes('node_modules') || !existsSync(electron)
    ? []
    : [`-c.electronDist=${dirname(electron)}`, '-c.electronVersion=33.4.11']
process.exit(await runTool('electron-builder/cli.js', ['--publish=never', ...own, ...process.argv.slice(2)]))
