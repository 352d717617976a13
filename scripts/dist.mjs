// npm run dist: packages for this platform into dist/.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'

import { help, runTool } from './run.mjs'
import { setUp } from './set-up.mjs'

help(
  'npm run dist [-- electron-builder arguments]   installers for this platform in dist/; --dir makes a folder only, --trial packs the old runtime of the tests where Electron is not to be had',
)

const { electron } = await setUp({ purposes: ['build'] })
const given = process.argv.slice(2)
const args = given.filter(each => each !== '--trial')
// Where Electron can't be downloaded, there is the runtime that the tests use: old, good for a trial, not for a release.
const isOwn = electron.includes('node_modules') || !existsSync(electron)
if (!isOwn && !given.includes('--trial')) {
  console.error(
    `hawser: the Electron of package.json can't be downloaded here. To try the packaging with the tests' old runtime, run npm run dist -- --trial; don't hand the result on.`,
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
