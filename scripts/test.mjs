// npm test: all checks and tests; the last line is the summary.
import process from 'node:process'

import { check, summary } from './check.mjs'
import { e2e } from './e2e.mjs'
import { help } from './run.mjs'

help('npm test   check types, lint and formatting, and run all tests')

const unit = await check()
const window = await e2e([])
const failed = unit.failed + window.failed
console.log(summary({ passed: unit.passed + window.passed, failed, skipped: unit.skipped + window.skipped }))
process.exit(failed === 0 ? 0 : 1)
