// Runs a TypeScript program of this folder as vitest runs its tests: run-typescript.mjs PROGRAM
import { createRequire } from 'node:module'
import process from 'node:process'

import { runnerImport } from 'vite'

const program = /** @type {string} */ (process.argv[2])
const require = createRequire(program)
const resolved = '\0common-js:'

/** Node finds no names in a CommonJS module that gathers them while it loads. */
const commonJs = {
  name: 'common-js',
  enforce: /** @type {const} */ ('pre'),
  resolveId: (/** @type {string} */ id) => (id === 'ssh2' ? resolved + id : undefined),
  load: (/** @type {string} */ id) => (id.startsWith(resolved) ? named(id.slice(resolved.length)) : undefined),
}

/** @param {string} id */
function named(id) {
  return `
    import { createRequire } from 'node:module'
    const all = createRequire(${JSON.stringify(program)})(${JSON.stringify(id)})
    export const { ${Object.keys(require(id)).join(', ')} } = all
    export default all
  `
}

const environments = { inline: { resolve: { noExternal: ['ssh2'] } } }
await runnerImport(program, { configFile: false, logLevel: 'error', plugins: [commonJs], environments })
