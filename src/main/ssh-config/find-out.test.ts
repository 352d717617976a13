import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { findOut } from './find-out.ts'
import { LiveConfig } from './live-config.ts'

/** Runs the Match exec of a config whose command is allowed; resolves to the resulting jump host. */
async function jumpAfter(command: string): Promise<string> {
  const folder = join(tempDir(), 'c')
  mkdirSync(folder)
  const path = join(folder, 'config')
  writeFileSync(path, `Match host box exec "${command}"\n  ProxyJump gate\n`, { mode: 0o600 })
  const facts = { user: 'me', uid: 1, home: folder, hostName: 'pc', sshFolder: folder, env: {} }
  const files = [{ path, system: false }]
  const config = await LiveConfig.open({ files, facts, watchMs: 0, reportBug: () => {} })
  onTestFinished(() => config.dispose())
  const consents = { has: () => true, add: () => Promise.resolve() }
  const signal = new AbortController().signal
  const { pending } = config.resolve('box')
  expect(pending).toHaveLength(1)
  await findOut(pending, { config, consents, label: 'box', ask: () => Promise.resolve(null), signal })
  return config.resolveFresh('box').proxyJump
}

describe('a Match exec', () => {
  it('is true for exit code 0 and false for any other result', async () => {
    expect(await jumpAfter('true')).toBe('gate')
    expect(await jumpAfter('exit 1')).toBe('')
    expect(await jumpAfter('exit 125')).toBe('')
  })

  it('stops the dial if its program is not found or not executable', async () => {
    const plain = join(tempDir(), 'no-program')
    writeFileSync(plain, 'x')
    chmodSync(plain, 0o600)
    await expect(jumpAfter('hawser-away-from-office')).rejects.toThrow(
      'Match exec “hawser-away-from-office” could not be run: command not found. Correct that line.',
    )
    await expect(jumpAfter(plain)).rejects.toThrow('permission denied')
  })
})
