import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import { runs } from '../../testing/runs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { outlineKey } from './key-outline.ts'

function makeKey(passphrase: string): string {
  const path = join(tempDir(), 'id')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path])
  return readFileSync(path, 'utf8')
}

describe('what a private key shows', () => {
  it('shows its type and public half without the passphrase', () => {
    expect(outlineKey(makeKey('secret'), 'id')).toMatchObject({ encrypted: true, type: 'ssh-ed25519' })
    expect(outlineKey(makeKey(''), 'id')).toMatchObject({ encrypted: false })
  })

  it('has a sentence for any text and any damage', () => {
    const good = makeKey('secret')
    const damaged = fc
      .tuple(fc.nat(good.length - 1), fc.string({ maxLength: 5 }))
      .map(([at, text]) => good.slice(0, at) + text + good.slice(at + text.length))
    fc.assert(
      fc.property(fc.oneof(fc.string(), damaged), text => {
        try {
          outlineKey(text, 'id')
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
      { numRuns: runs(3000) },
    )
  })
})
