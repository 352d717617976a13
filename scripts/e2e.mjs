// npm run e2e: the end-to-end tests on real Electron against real servers.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import { startHeadless } from './headless.mjs'
import { help, runTool } from './run.mjs'
import { setUp } from './set-up.mjs'

/** Runs the end-to-end tests; answers how many passed and failed. @param {string[]} args for Playwright */
export async function e2e(args) {
  const { electron } = await setUp({ purposes: ['run', 'build', 'headless', 'unit', 'window'] })
  const end = await startHeadless({ keyring: true })
  const folder = mkdtempSync(join(tmpdir(), 'hawser-e2e-report-'))
  const report = join(folder, 'report.json')
  try {
    const code = await runTool('@playwright/test/cli.js', ['test', '--reporter=list,json', ...args], {
      ELECTRON_OVERRIDE_DIST_PATH: dirname(electron),
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
    })
    const { stats } = JSON.parse(readFileSync(report, 'utf8'))
    const failed = stats.unexpected + stats.flaky
    return { passed: stats.expected, failed: failed + (code !== 0 && failed === 0 ? 1 : 0), skipped: stats.skipped }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    end()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  help('npm run e2e [-- playwright arguments]   the end-to-end tests')
  const { passed, failed } = await e2e(process.argv.slice(2))
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 ? 0 : 1)
}
