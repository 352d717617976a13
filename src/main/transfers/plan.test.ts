import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { isSafeName, isWithin } from '../../shared/base/paths.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { toEntry } from '../files/sftp-entries.ts'
import { runs } from '../../testing/runs.ts'
import { AdaptiveWindow, largestWindow } from './adaptive-window.ts'
import { keptLength, partPathOf } from './part-file.ts'
import { tarEnd, TarFormatError, tarHeader, tarPadding, TarReader, type TarEntry } from './tar.ts'
import { isDeviceName } from '../../shared/base/local-file-path.ts'
import { freeName, judgeConflict, localName, targetPath } from './transfer-plan.ts'

const info = (size: number, mtimeMs: number | null): FileInfo => ({
  kind: 'file',
  size,
  mtimeMs,
  mode: null,
  uid: null,
  gid: null,
})

describe('where a copy goes', () => {
  test('no name a server can send leads out of the target folder', () => {
    const none = Buffer.alloc(0)
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 24 }), { minLength: 1, maxLength: 4 }), names => {
        const entries = names.map(name => toEntry({ name: Buffer.from(name), longName: none, attributes: {} }))
        if (entries.some(entry => entry === null)) return
        const path = targetPath(
          '/target',
          entries.map(entry => localName(entry?.name ?? '', 'win32')),
        )
        expect(isWithin(path, '/target') && path !== '/target').toBe(true)
        expect(path.split('/')).not.toContain('..')
      }),
      { numRuns: runs(50_000) },
    )
  })

  test('a name that Windows doesn’t allow becomes one that it does', () => {
    expect(localName('a:b?.txt', 'win32')).toBe('a%3Ab%3F.txt')
    expect(localName('con.txt', 'win32')).toBe('_con.txt')
    expect(localName('dots..', 'win32')).toBe('dots.%2E')
    expect(localName('a:b', 'linux')).toBe('a:b')
  })

  test('no name becomes a Windows device, in any case and with any extension', () => {
    const devices = ['con', 'PRN', 'Aux', 'nul', 'COM1', 'com9', 'LPT1', 'lpt9', 'COM¹', 'conin$', 'CONOUT$']
    for (const device of devices)
      for (const name of [device, `${device}.txt`, `${device}.tar.gz`, `${device} .txt`, `${device} `, `${device}.`])
        expect([name, isDeviceName(localName(name, 'win32'))]).toEqual([name, false])
    for (const name of ['console', 'com', 'com10', 'nullable.txt', 'lpt', 'x.con'])
      expect(localName(name, 'win32')).toBe(name)
    expect(localName('nul', 'linux')).toBe('nul')
  })

  test('a name of 255 bytes gets a free one beside it, no longer and with its extension', () => {
    for (const name of [
      `${'x'.repeat(251)}.csv`,
      `${'é'.repeat(125)}.gz`,
      '😀'.repeat(63),
      `${'y'.repeat(247)}.tar.xz`,
    ]) {
      const free = freeName(name, () => false)
      expect(Buffer.byteLength(free)).toBeLessThanOrEqual(255)
      expect(free).toMatch(/ \(2\)(\.csv|\.gz|\.tar\.xz)?$/)
      expect(free).not.toMatch(/\p{Cs}/u)
    }
  })

  test('a free name is found, whatever is taken', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }).filter(isSafeName), fc.nat({ max: 20 }), (name, count) => {
        const taken = new Set([name])
        for (let index = 0; index < count; index++) taken.add(freeName(name, each => taken.has(each)))
        expect(taken.size).toBe(count + 1)
        expect([...taken].every(isSafeName)).toBe(true)
      }),
    )
    expect(freeName('data.tar.gz', () => false)).toBe('data (2).tar.gz')
    expect(freeName('.bashrc', () => false)).toBe('.bashrc (2)')
  })

  test('a choice for all is applied to each pair', () => {
    expect(judgeConflict('newer', info(1, 10_000), info(1, 1_000))).toBe('replace')
    expect(judgeConflict('newer', info(1, 1_000), info(1, 1_500))).toBe('skip')
    expect(judgeConflict('different', info(1, 1_000), info(1, 1_900))).toBe('skip')
    expect(judgeConflict('different', info(2, 1_000), info(1, 1_000))).toBe('replace')
    expect(judgeConflict('resume', info(9, 1), info(4, 1))).toBe('resume')
    expect(judgeConflict('resume', info(4, 1), info(9, 1))).toBe('replace')
  })
})

describe('a part file', () => {
  test('keeps all but the last window of what was written', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (part, whole) => {
        const kept = keptLength(part, whole)
        expect(kept).toBeGreaterThanOrEqual(0)
        expect(kept).toBeLessThanOrEqual(Math.max(0, Math.min(part, whole) - largestWindow))
      }),
    )
    const GiB = 1024 ** 3
    expect(keptLength(4.5 * GiB, 5 * GiB)).toBe(4.5 * GiB - largestWindow)
  })

  test('has a name that fits, beside its target', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 255, unit: 'grapheme' }).filter(isSafeName), name => {
        const part = partPathOf(`/some/where/${name}`)
        expect(Buffer.byteLength(part.slice('/some/where/'.length))).toBeLessThanOrEqual(255)
        expect(part.slice('/some/where/'.length)).toMatch(/^\..*\.hawser-part$/s)
      }),
    )
  })
})

test('the window grows while that increases throughput, settles when it does not, and keeps to its bounds', () => {
  // A connection of 200 ms and 20 MB/s: more than 4 MB in flight would only queue.
  const window = new AdaptiveWindow(0)
  let now = 0
  for (let round = 0; round < 60; round++) {
    const bytes = window.bytes
    const took = Math.max(200, bytes / 20_000)
    now += took
    window.noteFull()
    window.noteDone(bytes, took, now)
    expect(window.bytes).toBeLessThanOrEqual(largestWindow)
  }
  expect(window.bytes).toBeGreaterThan(4_000_000)
  expect(window.bytes).toBeLessThan(24_000_000)
})

describe('tar', () => {
  const read = (bytes: Uint8Array, cut = bytes.length): readonly TarEntry[] => {
    const entries: TarEntry[] = []
    const reader = new TarReader(1_000_000, entry => entries.push(entry))
    for (let at = 0; at < bytes.length; at += cut) reader.push(bytes.subarray(at, at + cut))
    return entries
  }

  test('packed files are read back unchanged, wherever the chunks end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 1_500 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 700 }),
        (files, cut) => {
          const parts = files.flatMap((data, index) => [
            tarHeader({ name: `f${index}`, size: data.length, mode: 0o640, mtime: 1_600_000_000 }),
            Buffer.from(data),
            tarPadding(data.length),
          ])
          const entries = read(Buffer.concat([...parts, tarEnd]), cut)
          expect(entries.map(({ data }) => Buffer.from(data))).toEqual(files.map(data => Buffer.from(data)))
          expect(entries.every(({ mode, mtime, isFile }) => mode === 0o640 && mtime === 1_600_000_000 && isFile)).toBe(
            true,
          )
        },
      ),
      { numRuns: runs(200) },
    )
  })

  test.each(['gnu', 'pax', 'ustar'])('archives that tar writes are read (%s)', format => {
    const folder = tempDir()
    const deep = format === 'ustar' ? 'deep' : 'd'.repeat(120)
    mkdirSync(join(folder, deep))
    writeFileSync(join(folder, deep, 'file with spaces'), 'contents')
    const archive = execFileSync('tar', [`--format=${format}`, '-C', folder, '-cf', '-', `./${deep}/file with spaces`])
    const [entry] = read(archive)
    expect(entry?.name.toString()).toBe(`./${deep}/file with spaces`)
    expect(entry?.data.toString()).toBe('contents')
  })

  test('any bytes are an archive or rejected, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), bytes => {
        try {
          read(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(TarFormatError)
        }
      }),
      { numRuns: runs(500) },
    )
  })
})
