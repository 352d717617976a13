// npm run dist: packages for this platform into dist/.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'

import { help, runTool } from './run.mjs'
import { setUp } from './set-up.mjs'

help(
  'npm run dist [-- electron-builder arguments]   build installers for this platform in dist/; --dir only builds the app folder, --trial uses the old Electron of the tests where the current one can’t be downloaded',
)

const { electron } = await setUp({ purposes: ['build'] })
const given = process.argv.slice(2)
const args = given.filter(each => each !== '--trial')
// If Electron can't be downloaded, the older runtime of the tests serves for a trial, but not for a release.
const isOwn = electron.includes('node_modules') || !existsSync(electron)
if (!isOwn && !given.includes('--trial')) {
  console.error(
    `hawser: the Electron version in package.json can't be downloaded. To test packaging with the older Electron of the tests, run npm run dist -- --trial, and don't distribute the result.`,
  )
  process.exit(1)
}
const trial = isOwn ? [] : [`-c.electronDist=${dirname(electron)}`, `-c.electronVersion=${versionOf(electron)}`]
process.exit(await runTool('electron-builder/cli.js', ['--publish=never', ...trial, ...args]))

/** @param {string} program */
function versionOf(program) {
  return readFileSync(join(dirname(program), 'version'), 'utf8')
    .trim()
    .replace(/^v/, '')
}
