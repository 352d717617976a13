// Sets up a machine: system packages, npm packages, the Electron runtime, a display, a keyring, a build. Plain
// JavaScript without dependencies, since it runs before node_modules exists. Each step first checks what is missing,
// and is quick if nothing is.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import { ensureElectron } from './electron-runtime.mjs'
import { benchPrograms, findProgram, packageOf, unitPrograms, windowPrograms } from './programs.mjs'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const isRoot = process.getuid?.() === 0

/** The Debian packages for each purpose. */
const packages = {
  run: [
    'libgtk-3-0',
    'libnss3',
    'libasound2',
    'libgbm1',
    'libxss1',
    'libatk-bridge2.0-0',
    'libdrm2',
    'libxkbcommon0',
    'libcups2',
    'libsecret-1-0',
  ],
  build: ['build-essential', 'python3', 'libsecret-1-dev', 'openssl', 'pkg-config'],
  headless: ['xvfb', 'xauth', 'dbus', 'gnome-keyring'],
  servers: ['openssh-server', 'openssh-client'],
  unit: Object.keys(unitPrograms),
  window: Object.keys(windowPrograms),
  bench: Object.keys(benchPrograms),
}

/** @param {string} text */
export function say(text) {
  console.log(`hawser: ${text}`)
}

/** @param {string} text @returns {never} */
export function fail(text) {
  console.error(`hawser: ${text}`)
  process.exit(1)
}

/** True if a display is available. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/**
 * Runs the missing steps.
 * @param {{ purposes: (keyof typeof packages)[], build?: boolean, electron?: boolean }} options
 * @returns {Promise<{ electron: string }>} the Electron program
 */
export async function setUp({ purposes, build = true, electron = true }) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 17))
    fail(`Node 20.17 or later is required, but this is Node ${process.versions.node}.`)
  ensurePackages(purposes)
  lookForPrograms(purposes)
  ensureNodeModules()
  const program = electron ? await ensureElectron({ root, say }) : ''
  if (build) ensureBuild()
  return { electron: program }
}

/** @param {(keyof typeof packages)[]} purposes */
function ensurePackages(purposes) {
  if (process.platform !== 'linux') return
  const wanted = [...new Set(purposes.flatMap(purpose => packages[purpose]))]
  if (!existsSync('/usr/bin/dpkg-query')) return
  // A renamed library (such as libgtk-3-0t64) provides the old name.
  const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Abbrev} ${Package} ${Provides}\n'], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const installed = new Set(
    query.stdout
      .split('\n')
      .filter(line => line.startsWith('ii'))
      .flatMap(line => line.slice(3).split(/[\s,]+/)),
  )
  const missing = wanted.filter(name => !installed.has(name))
  if (missing.length === 0) return
  if (!isRoot) {
    say(`missing system packages: ${missing.join(' ')}. Install them with: sudo apt-get install ${missing.join(' ')}`)
    return
  }
  say(`installing system packages: ${missing.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // Another package manager may be at work, such as a desktop's automatic updates: wait two minutes for it.
  const patience = ['-o', 'DPkg::Lock::Timeout=120']
  const apt = args =>
    spawnSync('apt-get', [...patience, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
  apt(['update', '-qq'])
  if (!apt(['install', '-y', '-qq', '--no-install-recommends', ...missing]))
    fail('apt-get failed to install them; see the output above.')
}

const programs = {
  unit: Object.values(unitPrograms).flat(),
  window: Object.values(windowPrograms).flat(),
  bench: Object.values(benchPrograms).flat(),
}

/**
 * Lists missing programs in one sentence, before anything fails because of them. As root on Debian everything was just
 * installed, so a missing one is a bug of the setup, which ends; otherwise the tests that need one are skipped.
 * @param {(keyof typeof packages)[]} purposes
 */
function lookForPrograms(purposes) {
  if (process.platform === 'win32') return
  const wanted = purposes.flatMap(purpose => (purpose in programs ? programs[/** @type {'unit'} */ (purpose)] : []))
  const missing = [...new Set(wanted)].filter(name => !findProgram(name))
  if (missing.length === 0) return
  const list = missing.map(name => `${name} (apt install ${packageOf(name)})`).join(', ')
  if (isRoot && existsSync('/usr/bin/dpkg-query')) fail(`programs still missing after setup: ${list}.`)
  say(`missing programs, so the tests that need them are skipped: ${list}.`)
}

function ensureNodeModules() {
  const lock = join(root, 'package-lock.json')
  const stamp = join(root, 'node_modules', '.hawser-lock')
  const hash = createHash('sha256').update(readFileSync(lock)).update(process.versions.modules).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  say('installing npm packages (npm ci)')
  const env = { ...process.env, ELECTRON_SKIP_BINARY_DOWNLOAD: '1' }
  // Native modules are built against the headers of this Node, if present.
  const prefix = dirname(dirname(process.execPath))
  if (existsSync(join(prefix, 'include', 'node', 'node.h'))) env.npm_config_nodedir = prefix
  // Tests need the development packages, whatever NODE_ENV is.
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'], {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (done.status !== 0) fail('npm ci failed; see the output above.')
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
}

function ensureBuild() {
  const built = join(root, 'out', '.built')
  if (existsSync(built) && statSync(built).mtimeMs > newest()) return
  say('building')
  const done = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (done.status !== 0) fail(`the build failed:\n${done.stdout}\n${done.stderr}`)
  writeFileSync(built, '')
}

/** Returns the time of the latest change to a source file. */
function newest() {
  const list = spawnSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', 'src', 'assets', '*.config.ts', 'package-lock.json'],
    { cwd: root, encoding: 'utf8' },
  )
  // Outside a git checkout it is built each time.
  if (list.status !== 0) return Infinity
  return list.stdout
    .split('\n')
    .filter(Boolean)
    .reduce((latest, name) => Math.max(latest, statSync(join(root, name), { throwIfNoEntry: false })?.mtimeMs ?? 0), 0)
}
