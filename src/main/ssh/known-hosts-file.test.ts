import { appendFileSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { KnownHostsFile } from './known-hosts-file.ts'

const text = 'AAAAC3NzaC1lZDI1NTE5AAAAIDO5DCBnhTM9Gm6BQNA8MRGGTQ0SlJ2Rm0FvXSJ4w9Sp'
const key = Buffer.from(text, 'base64')

test('keys that another ssh adds at the same time are not lost', async () => {
  const folder = tempDir()
  const file = new KnownHostsFile(folder, [])
  for (let at = 0; at < 20; at++) {
    const adding = file.add(`own${at}`, key)
    // The change happens between Hawser's reading and writing, at a different point in each round.
    for (let turn = 0; turn < at % 5; turn++) await new Promise(resolve => setImmediate(resolve))
    appendFileSync(file.path, `other${at} ssh-ed25519 ${text}\n`)
    await adding
  }
  const lines = readFileSync(file.path, 'utf8').trim().split('\n')
  const wanted = Array.from({ length: 20 }, (_each, at) => [`own${at}`, `other${at}`]).flat()
  expect(lines.map(line => line.split(' ')[0]).sort()).toEqual(wanted.sort())
  expect(readdirSync(folder)).toEqual(['known_hosts'])
})

test('a line is appended after an incomplete last line, and through a symlink', async () => {
  const folder = tempDir()
  writeFileSync(join(folder, 'real'), `a ssh-ed25519 ${text}`)
  symlinkSync('real', join(folder, 'known_hosts'))
  const file = new KnownHostsFile(folder, [])
  await file.add('b', key)
  expect(readFileSync(join(folder, 'real'), 'utf8')).toBe(`a ssh-ed25519 ${text}\nb ssh-ed25519 ${text}\n`)
})

test('a key is replaced, and lines added in the meantime stay', async () => {
  const file = new KnownHostsFile(tempDir(), [])
  await file.add('box', Buffer.from(text.replace('4w9Sp', '4w9Sq'), 'base64'))
  // The first attempt fails: the file changes between reading and replacing it.
  const replacing = file.replace('box', key)
  appendFileSync(file.path, `late ssh-ed25519 ${text}\n`)
  await replacing
  expect(readFileSync(file.path, 'utf8')).toContain('late ')
  expect((await file.judge('box', key)).kind).toBe('known')
})

test('/dev/null as a file stores and returns nothing', async () => {
  const file = new KnownHostsFile(tempDir(), [])
  const choice = { userFiles: ['/dev/null'], globalFiles: [], hash: false }
  await file.add('box', key, choice)
  expect((await file.judge('box', key, choice)).kind).toBe('new')
})
