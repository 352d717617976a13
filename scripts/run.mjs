// Runs the tools of node_modules.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'

import { isRoot, root } from './set-up.mjs'

/**
 * Runs a tool of node_modules with inherited output; resolves to its exit code.
 * @param {string} tool the script of the tool, below node_modules
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<number>}
 */
export function runTool(tool, args, env = {}) {
  const child = spawn(process.execPath, [join(root, 'node_modules', tool), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  passOn(child)
  return new Promise(resolve => child.on('exit', code => resolve(code ?? 1)))
}

/**
 * Runs a script and collects its output, so that the lines of parallel scripts don't mix.
 * @param {string} script its path below the project's folder @param {string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runQuietly(script, args) {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  passOn(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (output += data))
  return new Promise(resolve => child.on('close', code => resolve({ code: code ?? 1, output: output.trim() })))
}

/** Chromium's sandbox doesn't work as root. */
export const sandboxArgs = isRoot && process.platform === 'linux' ? ['--no-sandbox'] : []

/**
 * Runs Hawser and resolves to its exit code; it ends with this process.
 * @param {string} electron
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<number>}
 */
export function runHawser(electron, args, env = {}) {
  const child = spawn(electron, [...sandboxArgs, root, ...args], { stdio: 'inherit', env: { ...process.env, ...env } })
  passOn(child)
  return new Promise(resolve => child.on('exit', code => resolve(code ?? 0)))
}

/**
 * Prints a script's help and exits, if requested.
 * @param {string} text
 */
export function help(text) {
  if (!process.argv.includes('--help') && !process.argv.includes('-h')) return
  console.log(text)
  process.exit(0)
}

/**
 * Ctrl+C ends the program first, then this process, which cleans up.
 * @param {import('node:child_process').ChildProcess} child
 */
function passOn(child) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal))
}
