import { appendFileSync } from 'node:fs'
import { userInfo } from 'node:os'

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

/** Skips the test that calls it unless root runs it: only root can act as another user. `why` completes "needs root". */
export function needsRoot(why: string): void {
  const asRoot = process.platform !== 'win32' && userInfo().uid === 0
  const log = process.env['HAWSER_MISSING_PROGRAMS']
  if (!asRoot && log) appendFileSync(log, `root ${why}\n`)
  test.skip(!asRoot, `needs root ${why}`)
}
