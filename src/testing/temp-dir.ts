import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach } from 'vitest'

/** Creates a folder for one test, deleted afterwards. */
export function tempDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-test-'))
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}
