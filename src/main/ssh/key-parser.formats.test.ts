import { execFileSync } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { lacks } from '../../testing/programs.ts'
import { parsePrivateKey, runKeyJob, WrongPassphrase, outlineKey } from './key-parser.ts'

const worker = new URL('./key-worker.mjs', import.meta.url)
const name = 'id'
const kinds = [
  ['ed25519', 0],
  ['ecdsa', 256],
  ['ecdsa', 384],
  ['ecdsa', 521],
  ['rsa', 3072],
] as const
const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8' })
const write = (path: string, text: string) => {
  writeFileSync(path, text)
  chmodSync(path, 0o600)
  return path
}
const publicOf = (type: string, blob: Uint8Array) => `${type} ${Buffer.from(blob).toString('base64')}`

describe('a key that Hawser makes', () => {
  it.each(kinds)('of %s %i is read by ssh-keygen, with and without its passphrase', async (type, bits) => {
    const folder = tempDir()
    for (const passphrase of ['', 'pass with space ü']) {
      const job = { kind: 'generate', type, bits, comment: 'me@here ü', seal: { passphrase, rounds: 16 } } as const
      const made = await runKeyJob(worker, job, { name })
      const path = write(join(folder, `k${passphrase.length}`), made.text)
      expect(run('ssh-keygen', '-y', '-P', passphrase, '-f', path).trim()).toBe(
        `${publicOf(made.type, made.blob)} me@here ü`,
      )
    }
  })

  it('has the rounds that were asked for, and changes its passphrase for ssh-keygen to open', async () => {
    const folder = tempDir()
    const seal = { passphrase: 'one', rounds: 100 }
    const made = await runKeyJob(worker, { kind: 'generate', type: 'ed25519', bits: 0, comment: 'c', seal }, { name })
    const job = { kind: 'convert', text: made.text, passphrase: 'one', comment: null, to: 'openssh' } as const
    const changed = await runKeyJob(worker, { ...job, seal: { passphrase: 'two', rounds: 16 } }, { name })
    const path = write(join(folder, 'k'), changed.text)
    expect(run('ssh-keygen', '-y', '-P', 'two', '-f', path).trim()).toBe(`${publicOf(made.type, made.blob)} c`)
    await expect(
      runKeyJob(worker, { kind: 'read', text: changed.text, passphrase: 'one' }, { name }),
    ).rejects.toBeInstanceOf(WrongPassphrase)
  })

  it('is written as PKCS#8 that openssl reads', async () => {
    const folder = tempDir()
    const seal = { passphrase: 'one', rounds: 16 }
    const made = await runKeyJob(worker, { kind: 'generate', type: 'rsa', bits: 3072, comment: '', seal }, { name })
    const job = { kind: 'convert', text: made.text, passphrase: 'one', comment: null, to: 'pkcs8', seal } as const
    const path = write(join(folder, 'k.pem'), (await runKeyJob(worker, job, { name })).text)
    expect(run('openssl', 'rsa', '-in', path, '-passin', 'pass:one', '-check', '-noout')).toContain('RSA key ok')
  })
})

describe('a key that others made', () => {
  it.each(kinds)(
    'by ssh-keygen of %s %i is read in each of its formats, and its signature holds',
    async (type, bits) => {
      const folder = tempDir()
      const path = join(folder, 'id')
      const size = bits > 0 ? ['-b', String(bits)] : []
      for (const [format, passphrase] of [
        ['RFC4716', ''],
        ['RFC4716', 'secret'],
        ['PKCS8', 'secret'],
        ['PEM', ''],
        ['PEM', 'secret'],
      ] as const) {
        // Ed25519 only has OpenSSH's own format.
        if (type === 'ed25519' && format !== 'RFC4716') continue
        run('rm', '-f', path, `${path}.pub`)
        const form = format === 'RFC4716' ? [] : ['-m', format]
        run('ssh-keygen', '-q', '-t', type, ...size, '-N', passphrase, '-C', 'c', ...form, '-f', path)
        const text = readFileSync(path, 'utf8')
        const read = await runKeyJob(worker, { kind: 'read', text, passphrase: passphrase || null }, { name })
        expect(publicOf(read.type, read.blob)).toBe(
          readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' '),
        )
        if (type !== 'rsa') continue
        const signer = await parsePrivateKey({ text, passphrase: passphrase || null, name, worker })
        const data = Buffer.from('signed')
        expect(verify('sha256', data, createPublicKey(read.pem), await signer.sign(data, 'sha256'))).toBe(true)
      }
    },
  )

  it.skipIf(lacks('puttygen')).each([
    ['ed25519', 2],
    ['ed25519', 3],
    ['rsa', 2],
    ['rsa', 3],
    ['ecdsa', 3],
  ] as const)('by PuTTY of %s in version %i is read, plain and encrypted', async (type, version) => {
    const folder = tempDir()
    const path = join(folder, 'id')
    run('ssh-keygen', '-q', '-t', type, '-N', '', '-C', 'from putty', '-f', path)
    const wanted = readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
    for (const passphrase of ['', 'pw ü']) {
      const [ppk, secret] = [join(folder, 'id.ppk'), write(join(folder, 'secret'), passphrase)]
      const form = ['-O', 'private', '--ppk-param', `version=${version}`, '--new-passphrase', secret]
      run('puttygen', path, '-o', ppk, ...form)
      const text = readFileSync(ppk, 'utf8')
      const outline = outlineKey(text, name)
      expect(outline.encrypted).toBe(passphrase !== '')
      expect(publicOf(outline.type ?? '', outline.blob ?? Buffer.alloc(0))).toBe(wanted)
      const read = await runKeyJob(worker, { kind: 'read', text, passphrase: passphrase || null }, { name })
      expect(publicOf(read.type, read.blob)).toBe(wanted)
      expect(read.comment).toBe('from putty')
      if (passphrase === '') continue
      await expect(runKeyJob(worker, { kind: 'read', text, passphrase: 'no' }, { name })).rejects.toBeInstanceOf(
        WrongPassphrase,
      )
      const damaged = text.replace('from putty', 'from Putty')
      await expect(runKeyJob(worker, { kind: 'read', text: damaged, passphrase }, { name })).rejects.toBeInstanceOf(
        WrongPassphrase,
      )
    }
  })
})
