import { appendFileSync } from 'node:fs'

import { findProgram, packageOf } from '../../scripts/programs.mjs'

/**
 * True where a program that a test starts isn't installed: `it.skipIf(lacks('fish', 'tcsh'))`. `npm test` lists what was
 * skipped for that reason, each with the Debian package to install.
 */
export function lacks(...programs: readonly string[]): boolean {
  const missing = programs.filter(program => findProgram(program) === undefined)
  const log = process.env['HAWSER_MISSING_PROGRAMS']
  for (const program of missing) if (log) appendFileSync(log, `${program} (apt install ${packageOf(program)})\n`)
  return missing.length > 0
}
