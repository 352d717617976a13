// Provides a missing display and keyring: Xvfb, and a private D-Bus with an unlocked gnome-keyring.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

import { findProgram } from './programs.mjs'
import { hasDisplay, say } from './set-up.mjs'

/**
 * Starts one display per worker, since each display has its own clipboard; none if Xvfb is missing.
 * @param {number} count
 * @returns {Promise<{ displays: string[], end: () => void }>}
 */
export async function startDisplays(count) {
  if (process.platform !== 'linux' || !findProgram('Xvfb')) return { displays: [], end: () => {} }
  const started = await Promise.all(Array.from({ length: count }, startXvfb))
  return { displays: started.map(({ display }) => display), end: () => started.forEach(({ end }) => end()) }
}

/**
 * Starts a missing display and keyring, and adds them to this process's environment.
 * @param {{ keyring: boolean, display?: boolean }} options `display` false starts none; true always starts one
 * @returns {Promise<() => void>} stops them
 */
export async function startHeadless({ keyring, display }) {
  /** @type {(() => void)[]} */
  const ends = []
  if (process.platform === 'linux' && (display ?? !hasDisplay())) ends.push(await startDisplay())
  if (process.platform === 'linux' && keyring) ends.push(startKeyring())
  return () => ends.reverse().forEach(end => end())
}

async function startDisplay() {
  const { display, end } = await startXvfb()
  process.env.DISPLAY = display
  delete process.env.WAYLAND_DISPLAY
  say(`no display found, using Xvfb on ${display}`)
  return end
}

async function startXvfb() {
  const program = findProgram('Xvfb')
  if (!program) throw new Error('No display was found, and Xvfb is not installed.')
  const server = spawn(program, ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-dpi', '96'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await new Promise((resolve, reject) => {
    server.stdio[3]?.once('data', data => resolve(String(data).trim()))
    server.once('exit', code => reject(new Error(`Xvfb exited with code ${code}`)))
  })
  return { display: `:${number}`, end: () => void server.kill() }
}

function startKeyring() {
  if (!findProgram('gnome-keyring-daemon') || !findProgram('dbus-daemon')) {
    say('gnome-keyring is not installed, so the vault will ask for a master password')
    return () => {}
  }
  const home = mkdtempSync(join(tmpdir(), 'hawser-keyring-'))
  const runtime = join(home, 'run')
  mkdirSync(join(home, 'data', 'keyrings'), { recursive: true })
  mkdirSync(runtime, { mode: 0o700 })
  chmodSync(runtime, 0o700)
  const bus = spawnSync(
    'dbus-daemon',
    ['--session', '--fork', '--print-address=1', '--print-pid=1', `--address=unix:path=${join(runtime, 'bus')}`],
    { encoding: 'utf8' },
  )
  const [address, busPid] = bus.stdout.trim().split('\n')
  const env = {
    ...process.env,
    DBUS_SESSION_BUS_ADDRESS: address,
    XDG_RUNTIME_DIR: runtime,
    XDG_DATA_HOME: join(home, 'data'),
  }
  const daemon = spawn('gnome-keyring-daemon', ['--unlock', '--foreground', '--components=secrets'], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  daemon.stdin?.end('throw-away')
  process.env.DBUS_SESSION_BUS_ADDRESS = address
  return () => {
    daemon.kill()
    if (busPid) process.kill(Number(busPid))
    if (existsSync(home)) rmSync(home, { recursive: true, force: true })
  }
}
