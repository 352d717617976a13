// npm run check: types, lint, format, unused exports, import cycles, unit tests and tests with servers; exit code 0 means clean.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import { help, runTool, runQuietly } from './run.mjs'
import { say, setUp } from './set-up.mjs'

/** Side by side on two cores; each lane in its own order. */
const lanes = /** @type {const} */ ([
  [
    ['types', 'node_modules/typescript/bin/tsc', ['-b']],
    ['exports', 'scripts/unused-exports.mjs', []],
    ['cycles', 'scripts/lint/cycles.mjs', []],
    ['format', 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']],
  ],
  [['lint', 'node_modules/eslint/bin/eslint.js', ['.']]],
])

/** Runs every check; answers how many passed, failed and were skipped. */
export async function check() {
  await setUp({ purposes: ['build', 'unit'], build: false, electron: false })
  let [passed, failed] = [0, 0]
  const runLane = async (/** @type {typeof lanes[number]} */ lane) => {
    for (const [name, tool, args] of lane) {
      const { code, output } = await runQuietly(tool, [...args])
      if (output !== '') console.log(output)
      say(`${name}: ${code === 0 ? 'clean' : 'failed'}`)
      if (code === 0) passed++
      else failed++
    }
  }
  await Promise.all(lanes.map(runLane))
  const tests = await unitTests()
  return { passed: passed + tests.passed, failed: failed + tests.failed, skipped: tests.skipped }
}

async function unitTests() {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-unit-'))
  const [report, missing] = [join(folder, 'report.json'), join(folder, 'missing')]
  try {
    const code = await runTool(
      'vitest/vitest.mjs',
      ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`],
      { HAWSER_MISSING_PROGRAMS: missing },
    )
    const {
      numPassedTests: passed,
      numPendingTests: skipped,
      numFailedTests,
      numFailedTestSuites,
    } = JSON.parse(readFileSync(report, 'utf8'))
    // A file that could not be loaded, or that left something open, has no failed test of its own.
    const failed = numFailedTests + (code !== 0 && numFailedTests === 0 ? Math.max(1, numFailedTestSuites) : 0)
    reportMissing(missing)
    return { passed, failed, skipped }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Says which tests were skipped for want of a program. @param {string} file one line for each */
export function reportMissing(file) {
  if (!existsSync(file)) return
  for (const line of new Set(readFileSync(file, 'utf8').trim().split('\n'))) say(`skipped: needs ${line}`)
}

/** The line that counts, printed last. @param {{ passed: number, failed: number, skipped: number }} result */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  help('npm run check   types, lint, format, unused exports, import cycles, and the tests without a window')
  const result = await check()
  console.log(summary(result))
  process.exit(result.failed === 0 ? 0 : 1)
}
