// npm run check: types, lint, format and unit tests; exit code 0 means clean.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import { help, runTool } from './run.mjs'
import { say, setUp } from './set-up.mjs'

/** Runs every check; answers how many passed and failed. */
export async function check() {
  await setUp({ purposes: ['build', 'unit'], build: false, electron: false })
  const steps = /** @type {const} */ ([
    ['types', 'typescript/bin/tsc', ['-b']],
    ['lint', 'eslint/bin/eslint.js', ['.']],
    ['format', 'prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']],
  ])
  let [passed, failed] = [0, 0]
  for (const [name, tool, args] of steps) {
    const code = await runTool(tool, [...args])
    say(`${name}: ${code === 0 ? 'clean' : 'failed'}`)
    if (code === 0) passed++
    else failed++
  }
  const unit = await unitTests()
  return { passed: passed + unit.passed, failed: failed + unit.failed }
}

async function unitTests() {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-unit-'))
  const report = join(folder, 'report.json')
  try {
    const code = await runTool('vitest/vitest.mjs', [
      'run',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ])
    const { numPassedTests: passed, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'))
    // A file that could not be loaded, or that left something open, has no failed test of its own.
    const failed = numFailedTests + (code !== 0 && numFailedTests === 0 ? Math.max(1, numFailedTestSuites) : 0)
    return { passed, failed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  help('npm run check   types, lint, format and unit tests')
  const { passed, failed } = await check()
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 ? 0 : 1)
}
