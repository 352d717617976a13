import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import type { Script } from '../ssh/script.ts'
import { encodeLines, putScript, readAnswer, readScript, replaceScript, withoutKey } from './authorized-keys.ts'

const blob = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIDO5DCBnhTM9Gm6BQNA8MRGGTQ0SlJ2Rm0FvXSJ4w9Sp', 'base64')
const line = `ssh-ed25519 ${blob.toString('base64')} it's me`
const other = 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ other'
const sh = (home: string, script: Script, input = '') =>
  readAnswer(
    execFileSync('sh', ['-c', script.text], {
      env: { ...process.env, HOME: home },
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  )

describe('a key on a server', () => {
  it('makes the folder and the file with their modes, and is added once', () => {
    const home = tempDir()
    expect(sh(home, putScript(line))?.word).toBe('added')
    expect(sh(home, putScript(line))?.word).toBe('there')
    const file = join(home, '.ssh/authorized_keys')
    expect(readFileSync(file, 'utf8')).toBe(`${line}\n`)
    expect([statSync(join(home, '.ssh')).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600])
  })

  it('preserves existing contents byte for byte, ends an open line, and ignores keys in comments', () => {
    const home = join(tempDir(), "a home with 'quotes'")
    mkdirSync(join(home, '.ssh'), { recursive: true })
    const before = Buffer.concat([Buffer.from(`# ${line}\r\n\xff`, 'latin1'), Buffer.from(other)])
    writeFileSync(join(home, '.ssh/authorized_keys'), before)
    expect(sh(home, putScript(line))?.word).toBe('added')
    expect(readFileSync(join(home, '.ssh/authorized_keys'))).toEqual(
      Buffer.concat([before, Buffer.from(`\n${line}\n`)]),
    )
  })

  it('is removed atomically, through a symlink, keeping the mode; not if the file changed meanwhile', () => {
    const home = tempDir()
    mkdirSync(join(home, '.ssh'))
    const real = join(home, 'dotfiles')
    writeFileSync(real, `${other}\nrestrict,pty ${line}\n# end`)
    chmodSync(real, 0o640)
    symlinkSync(real, join(home, '.ssh/authorized_keys'))
    const answer = sh(home, readScript)
    const [checksum = '', ...encoded] = (answer?.rest ?? '').split('\n')
    const { file, gone } = withoutKey(Buffer.from(encoded.join(''), 'base64'), blob)
    expect(gone).toBe(1)
    expect(sh(home, replaceScript('1 2', file.length), encodeLines(file).toString())?.word).toBe('changed')
    expect(readFileSync(real, 'utf8')).toContain(line)
    // A connection lost midway must not leave an incomplete file.
    expect(sh(home, replaceScript(checksum, file.length), encodeLines(file).toString().slice(0, 40))?.word).toBe(
      'no-write',
    )
    expect(readFileSync(real, 'utf8')).toContain(line)
    expect(sh(home, replaceScript(checksum, file.length), encodeLines(file).toString())?.word).toBe('done')
    expect(readFileSync(real, 'utf8')).toBe(`${other}\n# end`)
    expect(statSync(real).mode & 0o777).toBe(0o640)
  })

  it('leaves every other byte of any file', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes.filter(byte => byte !== 10))),
      fc.constant(Buffer.from(other)),
    )
    fc.assert(
      fc.property(fc.array(piece), fc.nat(10), (pieces, at) => {
        const lines = pieces.map(each => Buffer.concat([each, Buffer.from('\n')]))
        const before = Buffer.concat(lines)
        const index = Math.min(at, lines.length)
        const withKey = Buffer.concat([...lines.slice(0, index), Buffer.from(`${line}\n`), ...lines.slice(index)])
        expect(withoutKey(withKey, blob)).toEqual({ file: before, gone: 1 })
        expect(withoutKey(before, blob).gone).toBe(0)
      }),
    )
  })
})
