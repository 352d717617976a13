import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach } from 'vitest'

/** A folder for one test, taken away after it. */
export function tempDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-test-'))
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}
