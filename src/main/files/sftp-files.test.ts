import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { openDiskSftp, type ServerHabits } from '../../testing/disk-sftp.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { packetType, statusCode } from '../sftp/codec.ts'
import { LocalFiles } from './local-files.ts'

const posixRename = 'posix-rename@openssh.com'
const hardlink = 'hardlink@openssh.com'

async function box(habits: ServerHabits = {}) {
  const folder = tempDir()
  const { files, server } = await openDiskSftp(folder, habits)
  onTestFinished(() => files.dispose())
  return { files, server, folder }
}

const renamers: readonly (readonly [string, ServerHabits])[] = [
  ['whose plain rename replaces', { rename: 'replaces' }],
  ['whose plain rename replaces, and that has a rename to do so', { rename: 'replaces', extensions: [posixRename] }],
  ['like Go’s pkg/sftp', { rename: 'replaces', extensions: [posixRename, hardlink] }],
  [
    'that names hard links and refuses them',
    {
      rename: 'replaces',
      extensions: [posixRename, hardlink],
      refuse: ({ type }) => (type === packetType.extended ? statusCode.unsupported : null),
    },
  ],
  ['like OpenSSH', { rename: 'refuses', extensions: [posixRename, hardlink] }],
  ['with no extension', { rename: 'refuses' }],
]

describe.each(renamers)('renaming on a server %s', (_what, habits) => {
  test('never replaces a file, a folder or a link', async () => {
    const { files, folder } = await box(habits)
    const [b, c, full, empty, link] = ['b', 'c', 'full', 'empty', 'link'].map(name => join(folder, name)) as [
      string,
      string,
      string,
      string,
      string,
    ]
    writeFileSync(b, 'BBB')
    writeFileSync(c, 'CCC')
    mkdirSync(full)
    writeFileSync(join(full, 'x'), 'x')
    mkdirSync(empty)
    symlinkSync('nowhere', link)
    for (const [from, to] of [
      [b, c],
      [b, empty],
      [b, link],
      [full, empty],
      [full, c],
      [link, c],
      [link, empty],
    ] as const)
      await expect(files.rename(from, to)).rejects.toMatchObject({ code: 'exists' })
    for (const to of [c, empty, link])
      await expect(files.rename(b, to, { known: 'file' })).rejects.toMatchObject({ code: 'exists' })
    expect([readFileSync(b, 'utf8'), readFileSync(c, 'utf8'), readlinkSync(link)]).toEqual(['BBB', 'CCC', 'nowhere'])
    expect(readdirSync(folder)).toEqual(['b', 'c', 'empty', 'full', 'link'])
  })

  test('moves files, folders and links to a free name', async () => {
    const { files, folder } = await box(habits)
    writeFileSync(join(folder, 'b'), 'BBB')
    mkdirSync(join(folder, 'd'))
    symlinkSync('b2', join(folder, 'l'))
    for (const name of ['b', 'd', 'l']) await files.rename(join(folder, name), join(folder, `${name}2`))
    expect(readdirSync(folder)).toEqual(['b2', 'd2', 'l2'])
    expect([readFileSync(join(folder, 'b2'), 'utf8'), readlinkSync(join(folder, 'l2'))]).toEqual(['BBB', 'b2'])
    await expect(files.rename(join(folder, 'none'), join(folder, 'other'))).rejects.toMatchObject({ code: 'not-found' })
    await files.rename(join(folder, 'b2'), join(folder, 'b2'))
    expect(readFileSync(join(folder, 'b2'), 'utf8')).toBe('BBB')
    await files.rename(join(folder, 'b2'), join(folder, 'b3'), { known: 'file' })
    expect([readdirSync(folder), readFileSync(join(folder, 'b3'), 'utf8')]).toEqual([['b3', 'd2', 'l2'], 'BBB'])
    const none = files.rename(join(folder, 'none'), join(folder, 'other'), { known: 'file' })
    await expect(none).rejects.toMatchObject({ code: 'not-found' })
  })
})

test('a file that the caller created is moved in two requests if the server supports hard links', async () => {
  const { files, server, folder } = await box({ extensions: [posixRename, hardlink] })
  writeFileSync(join(folder, 'part'), 'x')
  const before = server.requests.length
  await files.rename(join(folder, 'part'), join(folder, 'whole'), { known: 'file' })
  expect(server.requests.slice(before).map(({ type }) => type)).toEqual([packetType.extended, packetType.remove])
  expect(readdirSync(folder)).toEqual(['whole'])
})

test('a name that is taken between check and rename is not replaced if the server supports hard links', async () => {
  const folder = tempDir()
  let looked = false
  const { files } = await openDiskSftp(folder, {
    rename: 'replaces',
    extensions: [hardlink],
    refuse: ({ type, path }) => {
      // Another program takes the name right after the check.
      if (type === packetType.extended && !looked) {
        looked = true
        writeFileSync(path, 'theirs')
      }
      return null
    },
  })
  onTestFinished(() => files.dispose())
  writeFileSync(join(folder, 'a'), 'mine')
  await expect(files.rename(join(folder, 'a'), join(folder, 'b'))).rejects.toMatchObject({ code: 'exists' })
  expect([readFileSync(join(folder, 'a'), 'utf8'), readFileSync(join(folder, 'b'), 'utf8')]).toEqual(['mine', 'theirs'])
})

test('a file that can’t be removed from its old name is renamed instead', async () => {
  const { files, folder } = await box({
    extensions: [hardlink],
    refuse: ({ type, path }) =>
      type === packetType.remove && path.endsWith('/a') ? statusCode.permissionDenied : null,
  })
  writeFileSync(join(folder, 'a'), 'mine')
  await files.rename(join(folder, 'a'), join(folder, 'b'))
  expect(readdirSync(folder)).toEqual(['b'])
})

describe('renaming on a server with hard links', () => {
  const extensions = [posixRename, hardlink]

  test('that refuses removals reports both names, and creates no second one again', async () => {
    const { files, folder } = await box({
      extensions,
      refuse: ({ type }) => (type === packetType.remove ? statusCode.permissionDenied : null),
    })
    writeFileSync(join(folder, 'b'), 'BBB')
    writeFileSync(join(folder, 'd'), 'DDD')
    const moving = files.rename(join(folder, 'b'), join(folder, 'c'))
    await expect(moving).rejects.toMatchObject({
      code: 'no-permission',
      message: expect.stringContaining('c.') as string,
    })
    await files.rename(join(folder, 'd'), join(folder, 'e'))
    expect(readdirSync(folder).sort()).toEqual(['b', 'c', 'e'])
  })

  test('that removes a file but returns an error keeps its only copy', async () => {
    const { files, folder } = await box({
      extensions,
      refuse: ({ type, path }) => {
        if (type !== packetType.remove) return null
        unlinkSync(path)
        return statusCode.noSuchFile
      },
    })
    writeFileSync(join(folder, 'b'), 'BBB')
    await files.rename(join(folder, 'b'), join(folder, 'c'))
    expect(readdirSync(folder)).toEqual(['c'])
    expect(readFileSync(join(folder, 'c'), 'utf8')).toBe('BBB')
  })
})

describe('renaming on this computer', () => {
  test('never replaces a file, a folder, a link or another link to the same file', async () => {
    const folder = tempDir()
    const files = new LocalFiles()
    const at = (name: string) => join(folder, name)
    writeFileSync(at('b'), 'BBB')
    writeFileSync(at('c'), 'CCC')
    linkSync(at('b'), at('B'))
    mkdirSync(at('full'))
    mkdirSync(at('empty'))
    symlinkSync('nowhere', at('link'))
    for (const [from, to] of [
      ['b', 'c'],
      ['b', 'B'],
      ['b', 'link'],
      ['full', 'empty'],
      ['link', 'c'],
    ] as const)
      await expect(files.rename(at(from), at(to))).rejects.toMatchObject({ code: 'exists' })
    await expect(files.rename(at('none'), at('other'))).rejects.toMatchObject({ code: 'not-found' })
    for (const name of ['b', 'full', 'link']) await files.rename(at(name), at(`${name}2`))
    expect(readdirSync(folder).sort()).toEqual(['B', 'b2', 'c', 'empty', 'full2', 'link2'])
    expect(readFileSync(at('c'), 'utf8')).toBe('CCC')
  })
})

test.each<ServerHabits>([
  {},
  { extensions: [posixRename, hardlink] },
  { rename: 'replaces', extensions: [posixRename] },
])('a change of case works if the disk ignores case: %o', async habits => {
  const { files, folder } = await box({ ...habits, ignoresCase: true })
  writeFileSync(join(folder, 'readme'), 'text')
  writeFileSync(join(folder, 'other'), 'other')
  await files.rename(join(folder, 'readme'), join(folder, 'README'))
  expect(readdirSync(folder)).toEqual(['README', 'other'])
  await files.rename(join(folder, 'README'), join(folder, 'Readme'), { known: 'file' })
  expect(readdirSync(folder)).toEqual(['Readme', 'other'])
  await expect(files.rename(join(folder, 'Readme'), join(folder, 'OTHER'))).rejects.toMatchObject({ code: 'exists' })
  expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('other')
})

describe('replacing a file on a server without a rename for it', () => {
  test('works even if the old one can’t be removed, and names it if it can’t be restored', async () => {
    const kept = await box({
      refuse: ({ type }) => (type === packetType.remove ? statusCode.permissionDenied : null),
    })
    for (const name of ['new', 'old']) writeFileSync(join(kept.folder, name), name)
    await kept.files.replace(join(kept.folder, 'new'), join(kept.folder, 'old'))
    expect(readFileSync(join(kept.folder, 'old'), 'utf8')).toBe('new')

    let renames = 0
    const stuck = await box({
      refuse: ({ type }) => (type === packetType.rename && ++renames > 1 ? statusCode.permissionDenied : null),
    })
    for (const name of ['new', 'old']) writeFileSync(join(stuck.folder, name), name)
    const replacing = stuck.files.replace(join(stuck.folder, 'new'), join(stuck.folder, 'old'))
    const aside = () => readdirSync(stuck.folder).find(name => name.includes('hawser-old')) ?? 'none'
    await expect(replacing).rejects.toMatchObject({ code: 'files-failed' })
    await expect(replacing).rejects.toThrow(aside())
    expect(readFileSync(join(stuck.folder, aside()), 'utf8')).toBe('old')
  })

  test('refuses a folder, which stays', async () => {
    const { files, folder } = await box()
    writeFileSync(join(folder, 'a'), 'a')
    mkdirSync(join(folder, 'd'))
    await expect(files.replace(join(folder, 'a'), join(folder, 'd'))).rejects.toMatchObject({ code: 'is-a-folder' })
    expect(readdirSync(folder)).toEqual(['a', 'd'])
  })
})

const linkers: readonly (readonly [string, ServerHabits])[] = [
  ['in OpenSSH’s order', { symlink: 'target-first' }],
  ['in the order of the draft', { symlink: 'link-first' }],
  ['and gives back absolute paths', { readlink: 'absolute' }],
  ['in the order of the draft, and gives back absolute paths', { symlink: 'link-first', readlink: 'absolute' }],
  ['and reads none', { readlink: 'refused' }],
]

describe.each(linkers)('a server that makes links %s', (_what, habits) => {
  test('creates each link where it belongs, and nothing else anywhere', async () => {
    const { files, folder } = await box(habits)
    const [work, elsewhere] = [join(folder, 'work'), join(folder, 'elsewhere')]
    mkdirSync(work)
    mkdirSync(elsewhere)
    const targets = ['five.bin', '../elsewhere/x', join(elsewhere, 'target'), './a/../b', '~', 'none\nsuch']
    for (const [index, target] of targets.entries()) await files.makeLink(target, join(work, `link${index}`))
    expect(targets.map((_each, index) => readlinkSync(join(work, `link${index}`)))).toEqual(targets)
    expect(readdirSync(work)).toHaveLength(targets.length)
    expect([readdirSync(folder), readdirSync(elsewhere)]).toEqual([['elsewhere', 'work'], []])
    await expect(files.makeLink('other', join(work, 'link0'))).rejects.toMatchObject({ code: 'exists' })
    expect(readlinkSync(join(work, 'link0'))).toBe('five.bin')
  })

  test('is asked for its order once', async () => {
    const { files, server, folder } = await box(habits)
    await Promise.all(['a', 'b', 'c'].map(name => files.makeLink('x', join(folder, name))))
    expect(server.requests.filter(({ type }) => type === packetType.symlink)).toHaveLength(4)
  })
})

test.each([statusCode.unsupported, statusCode.failure, statusCode.permissionDenied])(
  'a server that refuses links with status %i says so, and nothing is left behind',
  async status => {
    const { files, folder } = await box({ refuse: ({ type }) => (type === packetType.symlink ? status : null) })
    await expect(files.makeLink('x', join(folder, 'a'))).rejects.toMatchObject({ name: 'AppError' })
    expect(readdirSync(folder)).toEqual([])
  },
)

test('a refusal in one folder doesn’t prevent links in another', async () => {
  const { files, folder } = await box({
    symlink: 'link-first',
    refuse: ({ type, path }) =>
      type === packetType.symlink && path.includes('/closed/') ? statusCode.permissionDenied : null,
  })
  for (const name of ['closed', 'open']) mkdirSync(join(folder, name))
  await expect(files.makeLink('x', join(folder, 'closed/a'))).rejects.toMatchObject({ code: 'no-permission' })
  await files.makeLink('x', join(folder, 'open/a'))
  expect(readlinkSync(join(folder, 'open/a'))).toBe('x')
})

test('a link is read through a folder that is itself behind a link', async () => {
  const { files, folder } = await box({ readlink: 'absolute' })
  mkdirSync(join(folder, 'real'))
  symlinkSync('real', join(folder, 'alias'))
  await files.makeLink('x', join(folder, 'alias/a'))
  expect(lstatSync(join(folder, 'real/a')).isSymbolicLink()).toBe(true)
  expect(existsSync(join(folder, 'x'))).toBe(false)
})
