import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { fileRig } from '../../testing/file-rig.ts'
import { withLoginShell } from '../../testing/login-shell.ts'
import { lacks } from '../../testing/programs.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { put } from '../../testing/two-folders.ts'
import type { FileSystem } from '../files/file-system.ts'
import { copyFile } from './copy-file.ts'
import { partPathOf } from './part-file.ts'

const copies = Number(process.env['HAWSER_MANY_COPIES'] ?? 8)

async function copy(files: FileSystem, from: string, to: string): Promise<void> {
  const info = await files.info(from)
  if (!info) throw new Error('no source')
  await copyFile({
    source: files,
    target: files,
    from,
    to,
    info,
    replace: true,
    standing: null,
    resume: null,
    append: false,
    keepOwner: true,
    verify: false,
    signal: new AbortController().signal,
    pass: () => undefined,
    onPart: () => {},
    onBytes: () => {},
  })
}

async function host(shell: string) {
  const folder = tempDir()
  const { remote, stop } = await fileRig(folder, { lines: withLoginShell(folder, shell) })
  onTestFinished(stop)
  const data = join(folder, 'data')
  mkdirSync(data)
  return { remote, folder, data }
}

describe('a copy within a host', () => {
  for (const [name, shell] of [
    ['fish', 'exec fish --no-config -c "$line"'],
    ['tcsh', 'exec tcsh -f -c "$line"'],
  ] as const)
    test.skipIf(lacks('sshd', name))(
      `takes every name as it is where ${name} is the login shell`,
      async () => {
        const { remote, data } = await host(shell)
        for (const odd of [`\\' ; touch PWNED ; echo \\'`, 'a\ntouch PWNED\n', `it's "$(x)" \\\\ !`, '-rf']) {
          const from = join(data, odd)
          writeFileSync(from, odd, { mode: 0o640 })
          utimesSync(from, 1_600_000_000, 1_600_000_000)
          await copy(remote, from, `${from} copy`)
          const { mode, mtimeMs } = statSync(`${from} copy`)
          expect([readFileSync(`${from} copy`, 'utf8'), mode & 0o777, mtimeMs]).toEqual([odd, 0o640, 1_600_000_000_000])
        }
        expect([userInfo().homedir, data].filter(at => existsSync(join(at, 'PWNED')))).toEqual([])
      },
      30_000,
    )

  test.skipIf(lacks('sshd'))('keeps the mode of what it replaces, and follows a link to that', async () => {
    const { remote, data } = await host('exec bash -c "$line"')
    const [from, to] = [join(data, 'from'), join(data, 'to')]
    for (const path of [from, to, join(data, 'store')]) mkdirSync(path)
    for (const name of ['secret', 'linked', 'run.sh', 'new']) put(join(from, name), `new ${name}`, 0o644)
    put(join(to, 'secret'), 'old', 0o600)
    put(join(to, 'run.sh'), 'old', 0o755)
    put(join(data, 'store', 'linked'), 'old', 0o664)
    symlinkSync('../store/linked', join(to, 'linked'))
    const names = readdirSync(from).map(name => join(from, name))
    const { failures } = await runTransfer([remote, remote], { from: names, to, options: { conflict: 'replace' } })
    expect(failures).toEqual([])
    const found = ['secret', 'run.sh', 'linked', 'new'].map(name => {
      const path = join(to, name)
      return `${readFileSync(path, 'utf8')} ${(statSync(path).mode & 0o777).toString(8)}`
    })
    expect(found).toEqual(['new secret 600', 'new run.sh 755', 'new linked 664', 'new new 644'])
    expect(lstatSync(join(to, 'linked')).isSymbolicLink()).toBe(true)
  })

  test.skipIf(lacks('sshd'))(
    'writes through no link that somebody plants meanwhile, and changes no other file',
    async () => {
      const { remote, folder, data } = await host('exec bash -c "$line"')
      const [victim, trap] = [join(folder, 'bashrc'), join(folder, 'trap')]
      writeFileSync(victim, 'untouched', { mode: 0o600 })
      mkdirSync(trap, { mode: 0o700 })
      writeFileSync(join(data, 'x'), 'mine', { mode: 0o666 })
      const part = partPathOf(join(data, 'y'))
      for (let at = 0; at < copies; at++) {
        const plant = () => {
          try {
            rmSync(part, { force: true })
            symlinkSync(at % 2 === 0 ? victim : trap, part)
          } catch {
            // The copy was faster.
          }
        }
        const timer = setInterval(plant, 1)
        await copy(remote, join(data, 'x'), join(data, 'y')).catch(() => {})
        clearInterval(timer)
        rmSync(join(data, 'y'), { force: true })
      }
      expect([readFileSync(victim, 'utf8'), statSync(victim).mode & 0o777]).toEqual(['untouched', 0o600])
      expect([readdirSync(trap), statSync(trap).mode & 0o777]).toEqual([[], 0o700])
      expect(readdirSync(data).filter(each => each.startsWith('.hawser-'))).toEqual([])
      expect(lstatSync(join(data, 'x')).isFile()).toBe(true)
    },
    30_000,
  )
})
