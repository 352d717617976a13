import { appendFileSync } from 'node:fs'

import { it } from 'vitest'

import { findProgram, packageOf } from '../../scripts/programs.mjs'

/**
 * True if a program that a test needs is missing: `it.skipIf(lacks('fish', 'tcsh'))`. `npm test` lists the tests
 * skipped for this reason, with the Debian package to install.
 */
export function lacks(...programs: readonly string[]): boolean {
  const missing = programs.filter(program => findProgram(program) === undefined)
  const log = process.env['HAWSER_MISSING_PROGRAMS']
  for (const program of missing) if (log) appendFileSync(log, `${program} (apt install ${packageOf(program)})\n`)
  return missing.length > 0
}

/**
 * Defines one test per row, skipped if the row's program is missing: `eachWith(shells, ([name]) => name)('quotes for
 * %s', (name, dialect) => ...)`.
 */
export function eachWith<Row extends readonly [string, ...unknown[]]>(
  rows: readonly Row[],
  programOf: (row: Row) => string,
): (title: string, test: (...row: [...Row]) => void | Promise<void>) => void {
  return (title, test) => {
    for (const row of rows) it.skipIf(lacks(programOf(row)))(title.replace('%s', row[0]), () => test(...row))
  }
}
