import { appendFileSync } from 'node:fs'

import { test } from '@playwright/test'

import { findProgram, packageOf } from '../scripts/programs.mjs'

/** Skips the test that calls it where a program that it starts isn't installed, and has `npm test` list the program. */
export function needs(...programs: readonly string[]): void {
  const missing = programs
    .filter(program => findProgram(program) === undefined)
    .map(program => `${program} (apt install ${packageOf(program)})`)
  const log = process.env['HAWSER_MISSING_PROGRAMS']
  for (const each of missing) if (log) appendFileSync(log, `${each}\n`)
  test.skip(missing.length > 0, `needs ${missing.join(', ')}`)
}
