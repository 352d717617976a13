// npm run check: types, lint, formatting, unit tests and tests with servers; exit code 0 means that all passed.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import { help, runTool, runToolQuietly } from './run.mjs'
import { say, setUp } from './set-up.mjs'

/** Two lanes run in parallel; the checks of a lane run in order. */
const lanes = /** @type {const} */ ([
  [['types', 'typescript/bin/tsc', ['-b']]],
  [
    ['lint', 'eslint/bin/eslint.js', ['.']],
    ['format', 'prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']],
  ],
])

/** Runs every check; resolves to the numbers of passed, failed and skipped ones. */
export async function check() {
  await setUp({ purposes: ['build', 'unit'], build: false, electron: false })
  let [passed, failed] = [0, 0]
  const runLane = async (/** @type {typeof lanes[number]} */ lane) => {
    for (const [name, tool, args] of lane) {
      const { code, output } = await runToolQuietly(tool, [...args])
      if (output !== '') console.log(output)
      say(`${name}: ${code === 0 ? 'passed' : 'failed'}`)
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
    // A file that failed to load, or leaked resources, has no failed test of its own.
    const failed = numFailedTests + (code !== 0 && numFailedTests === 0 ? Math.max(1, numFailedTestSuites) : 0)
    reportMissing(missing)
    return { passed, failed, skipped }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Lists the tests skipped because a program is missing. @param {string} file one line for each */
export function reportMissing(file) {
  if (!existsSync(file)) return
  for (const line of new Set(readFileSync(file, 'utf8').trim().split('\n'))) say(`skipped: requires ${line}`)
}

/**
 * Returns the summary line, which is printed last. @param {{ passed: number, failed: number, skipped: number }} result
 */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  help('npm run check   check types, lint and formatting, and run all tests except e2e')
  const result = await check()
  console.log(summary(result))
  process.exit(result.failed === 0 ? 0 : 1)
}
