import { chmodSync, chownSync, lchownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { userInfo } from 'node:os'

import { expect, test } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { prepareOwnFolder } from './own-folder.ts'

const modeOf = (path: string) => statSync(path).mode & 0o777
// Only root can give a folder to another user.
const isRoot = userInfo().uid === 0

test('the user’s own folder is created, or closed to others', () => {
  const [made, open] = [join(tempDir(), 'a', 'b'), join(tempDir(), 'open')]
  prepareOwnFolder(made)
  expect(modeOf(made)).toBe(0o700)
  mkdirSync(open)
  chmodSync(open, 0o777)
  prepareOwnFolder(open)
  expect(modeOf(open)).toBe(0o700)
})

test('a user’s own link to their own folder is followed', () => {
  const folder = tempDir()
  mkdirSync(join(folder, 'real'))
  symlinkSync('real', join(folder, 'link'))
  prepareOwnFolder(join(folder, 'link'))
  expect(modeOf(join(folder, 'real'))).toBe(0o700)
})

test.skipIf(!isRoot)('another user’s folder is refused and not changed, even through a link', () => {
  const folder = tempDir()
  const theirs = join(folder, 'theirs')
  mkdirSync(theirs)
  chmodSync(theirs, 0o755)
  chownSync(theirs, 12_345, 12_345)
  symlinkSync('theirs', join(folder, 'link'))
  for (const path of [theirs, join(folder, 'link')])
    expect(() => prepareOwnFolder(path)).toThrow('belongs to another user')
  expect(modeOf(theirs)).toBe(0o755)
})

test.skipIf(!isRoot)('another user’s link is refused, wherever it leads', () => {
  const folder = tempDir()
  mkdirSync(join(folder, 'mine'))
  symlinkSync('mine', join(folder, 'link'))
  lchownSync(join(folder, 'link'), 12_345, 12_345)
  expect(() => prepareOwnFolder(join(folder, 'link'))).toThrow('belongs to another user')
})

test('a path that can’t be a folder is refused with the next step', () => {
  const file = join(tempDir(), 'file')
  writeFileSync(file, '')
  symlinkSync('nowhere', `${file}-link`)
  for (const path of [file, join(file, 'sub'), `${file}-link`])
    expect(() => prepareOwnFolder(path)).toThrow('HAWSER_DATA_DIR')
})
