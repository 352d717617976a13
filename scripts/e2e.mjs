// npm run e2e: the end-to-end tests on real Electron against real servers.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, freemem, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import { reportMissing, summary } from './check.mjs'
import { startDisplays, startHeadless } from './headless.mjs'
import { help, runTool } from './run.mjs'
import { hasDisplay, setUp } from './set-up.mjs'

/** The memory of two Electron processes, a server and a few shells, in bytes. */
const memoryOfWorker = 2 * 1024 ** 3

/**
 * Runs the end-to-end tests; resolves to the numbers of passed and failed ones. @param {string[]} args for Playwright
 */
export async function e2e(args) {
  const { electron } = await setUp({ purposes: ['run', 'build', 'headless', 'unit', 'window'] })
  // One display per worker; the user's own is only used without Xvfb, by a single worker.
  const workers = Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / memoryOfWorker), 2))
  const { displays, end: endDisplays } = await startDisplays(workers)
  if (displays.length > 0) delete process.env.WAYLAND_DISPLAY
  const end = await startHeadless({ keyring: true, display: displays.length === 0 && !hasDisplay() })
  const folder = mkdtempSync(join(tmpdir(), 'hawser-e2e-report-'))
  const [report, missing] = [join(folder, 'report.json'), join(folder, 'missing')]
  try {
    const code = await runTool(
      '@playwright/test/cli.js',
      ['test', '--reporter=list,json', `--workers=${Math.max(1, displays.length)}`, ...args],
      {
        HAWSER_DISPLAYS: displays.join(' '),
        HAWSER_MISSING_PROGRAMS: missing,
        ELECTRON_OVERRIDE_DIST_PATH: dirname(electron),
        PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      },
    )
    const { stats } = JSON.parse(readFileSync(report, 'utf8'))
    reportMissing(missing)
    const failed = stats.unexpected + stats.flaky
    return { passed: stats.expected, failed: failed + (code !== 0 && failed === 0 ? 1 : 0), skipped: stats.skipped }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    end()
    endDisplays()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  help('npm run e2e [-- playwright arguments]   run the end-to-end tests')
  const result = await e2e(process.argv.slice(2))
  console.log(summary(result))
  process.exit(result.failed === 0 ? 0 : 1)
}
