import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { fileRig } from '../../testing/file-rig.ts'
import { hasOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import type { FileSystem } from '../files/file-system.ts'
import { LocalFiles } from '../files/local-files.ts'
import { copyFile } from './copy-file.ts'
import type { CopyFileOptions } from './copy-options.ts'

const sha = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

async function copy(
  [source, from]: [FileSystem, string],
  [target, to]: [FileSystem, string],
  more: Partial<CopyFileOptions> = {},
): Promise<number> {
  let bytes = 0
  const info = await source.info(from)
  if (!info) throw new Error('no source')
  await copyFile({
    source,
    target,
    from,
    to,
    info,
    replace: false,
    standing: null,
    resume: null,
    append: false,
    keepOwner: false,
    verify: false,
    signal: new AbortController().signal,
    pass: () => undefined,
    onPart: () => {},
    onBytes: count => (bytes += count),
    ...more,
  })
  return bytes
}

describe.skipIf(!hasOpenSsh)('copying a file to and from OpenSSH', () => {
  const rig = async () => {
    const folder = tempDir()
    const files = await fileRig(folder)
    onTestFinished(() => files.stop())
    mkdirSync(join(folder, 'here'))
    mkdirSync(join(folder, 'there'))
    return { ...files, local: new LocalFiles(), here: join(folder, 'here'), there: join(folder, 'there') }
  }

  test.each([0, 1, 4_000, 261_119, 261_120, 261_121, 9_000_001])('%i bytes arrive complete both ways', async size => {
    const { remote, local, here, there } = await rig()
    writeFileSync(join(here, 'a'), randomBytes(size))
    chmodSync(join(here, 'a'), 0o640)
    utimesSync(join(here, 'a'), 1_600_000_000, 1_600_000_000)
    expect(await copy([local, `${here}/a`], [remote, `${there}/a`])).toBe(size)
    expect(await copy([remote, `${there}/a`], [local, `${here}/b`], { verify: true })).toBe(size)
    for (const path of [join(there, 'a'), join(here, 'b')]) {
      expect(sha(path)).toBe(sha(join(here, 'a')))
      expect(statSync(path).mode & 0o777).toBe(0o640)
      expect(statSync(path).mtimeMs).toBe(1_600_000_000_000)
    }
    expect([...readdirSync(here), ...readdirSync(there)]).toEqual(['a', 'b', 'a'])
  })

  test('an existing file is replaced only on request', async () => {
    const { remote, local, here, there } = await rig()
    writeFileSync(join(here, 'a'), 'new')
    writeFileSync(join(there, 'a'), 'old')
    await expect(copy([local, `${here}/a`], [remote, `${there}/a`])).rejects.toMatchObject({ code: 'exists' })
    expect(readFileSync(join(there, 'a'), 'utf8')).toBe('old')
    await copy([local, `${here}/a`], [remote, `${there}/a`], { replace: true })
    expect(readFileSync(join(there, 'a'), 'utf8')).toBe('new')
  })

  test('a copy on one host leaves the data there', async () => {
    const { remote, there } = await rig()
    writeFileSync(join(there, 'a'), 'x'.repeat(100_000))
    await copy([remote, `${there}/a`], [remote, `${there}/b`])
    expect(sha(join(there, 'b'))).toBe(sha(join(there, 'a')))
  })

  test('a file that claims to be empty is read to its end', async () => {
    const { remote, local, here } = await rig()
    await copy([remote, '/proc/version'], [local, `${here}/version`])
    expect(readFileSync(join(here, 'version'), 'utf8')).toContain('Linux')
  })
})
