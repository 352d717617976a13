import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { findProgram } from '../../../scripts/programs.mjs'
import { oddName } from '../../testing/odd-names.ts'
import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import type { Dialect } from './shell-dialect.ts'
import { copyLine, folderLine, pathWords } from './typed-line.ts'

const count = Number(process.env['HAWSER_MANY_NAMES'] ?? 40)

// Interactive shells read their input as typed, including history expansion; fish has none.
const shells: readonly (readonly [name: string, dialect: Dialect, words: readonly string[]])[] = [
  ['bash', 'bash', ['bash', '--norc', '--noprofile', '-i']],
  ['dash', 'sh', ['dash', '-i']],
  ['zsh', 'zsh', ['zsh', '-f', '-i']],
  ['fish', 'fish', ['fish', '--no-config', '-c']],
  ['tcsh', 'csh', ['tcsh', '-f', '-i']],
  ['busybox', 'sh', ['busybox', 'sh', '-i']],
]
/** Names that can be typed at all. */
const typable = oddName.map(name => name.replace(/[\p{Cc}\p{Cs}]/gu, '').normalize('NFC'))

function typeInto(words: readonly string[], lines: readonly string[], cwd = tempDir()): Buffer {
  const [program = '', ...args] = words
  const input = lines.map(line => `${line}\n`).join('')
  const env = { PATH: process.env['PATH'], HOME: cwd, LC_ALL: 'C.UTF-8', TERM: 'dumb' }
  const whole = args.at(-1) === '-c' ? [...args, input] : args
  return spawnSync(findProgram(program) as string, whole, { input, cwd, env }).stdout
}

/** The output of lines between their marks, whatever prompts surround them. */
function printed(output: Buffer): readonly string[] {
  return [...output.toString('utf8').matchAll(/\0([^\0]*)\0/g)].map(match => match[1] as string)
}

describe('a line that is typed', () => {
  for (const [name, dialect, words] of shells) {
    it.skipIf(lacks(name))(
      `gives ${name} every path as one word`,
      () => {
        const cwd = tempDir()
        const paths = fc.sample(typable, count).map(each => `/x${each}`)
        const lines = paths.map(path => `printf '\\0%s\\0' ${pathWords([path], dialect)}`)
        expect(printed(typeInto(words, lines, cwd))).toEqual(paths)
        const both = `printf '\\0%s\\0' ${pathWords(paths.slice(0, 2), dialect)}`
        expect(printed(typeInto(words, [both], cwd))).toEqual(paths.slice(0, 2))
        expect(readdirSync(cwd).filter(each => each.includes('PWNED'))).toEqual([])
      },
      60_000,
    )

    it.skipIf(lacks(name))(
      `takes ${name} to a folder of any name, and runs nothing`,
      () => {
        const cwd = tempDir()
        const names = [`\\'; touch PWNED; echo \\'`, "it's !! $(touch PWNED) `x`", '~', '-rf', ...fc.sample(typable, 6)]
        const folders = [...new Set(names.map(each => each.replaceAll('/', '')))].filter(
          each => each !== '' && each !== '.' && each !== '..' && Buffer.byteLength(each) < 200,
        )
        for (const folder of folders) mkdirSync(join(cwd, folder))
        const lines = folders.flatMap((folder, index) => [
          folderLine(`${cwd}/${folder}`, dialect),
          `touch here-${index}`,
        ])
        typeInto(words, lines, cwd)
        for (const [index, folder] of folders.entries())
          expect([folder, readdirSync(join(cwd, folder))]).toEqual([folder, [`here-${index}`]])
        expect(existsSync(join(cwd, 'PWNED'))).toBe(false)
      },
      60_000,
    )
  }

  it('refuses control characters, invalid text, and names that cmd.exe can’t quote', () => {
    for (const dialect of ['bash', 'fish', 'csh', 'powershell', 'cmd', 'other'] as const)
      for (const path of ['/a\nb', '/a\x1bb', '/a\u009bb', '/a\udcffb'])
        expect(() => folderLine(path, dialect)).toThrow(expect.objectContaining({ code: 'invalid-input' }))
    for (const path of ['C:/a&calc&b', 'C:/100%', 'C:/a^b', 'C:/it’s', 'C:/R&D', "C:/it's"])
      expect(() => folderLine(path, 'cmd')).toThrow(/can’t be quoted safely for cmd\.exe/)
    expect(folderLine('C:/Users/me and you', 'cmd')).toBe(' cd /d "C:/Users/me and you"')
    expect(folderLine('C:/it’s $HOME', 'powershell')).toBe(" Set-Location -LiteralPath 'C:/it’’s $HOME'")
    expect(() => folderLine(`/${'long/'.repeat(900)}`, 'bash')).toThrow(/too long/)
    expect(() => folderLine('-P', 'bash')).toThrow(/full path of this folder is not known/)
  })
})

describe('the command for copying manually', () => {
  const from = { login: 'me@2001:db8::1', port: 2222 }

  it('has plain paths unquoted and brackets an address', () => {
    expect(copyLine({ program: 'scp', paths: ['/data/a'], from }, 'bash')).toBe(
      "scp -r -P 2222 -- 'me@[2001:db8::1]:/data/a' .",
    )
    expect(copyLine({ program: 'rsync', paths: ['/a'], from: null }, 'bash')).toBe(
      'rsync -avz --partial -- /a user@host:',
    )
  })

  it('passes unusual paths where no remote shell reads them, or refuses', () => {
    expect(copyLine({ program: 'scp', paths: ["/it's [1]"], from: { login: 'box', port: null } }, 'bash')).toBe(
      String.raw`scp -r -s -- 'box:/it'\''s '\\'[1'\\']' .`,
    )
    expect(copyLine({ program: 'rsync', paths: ['/a b'], from: { login: 'box', port: 22 } }, 'zsh')).toBe(
      "rsync -avz --partial -s -e 'ssh -p 22' -- 'box:/a b' .",
    )
    expect(() => copyLine({ program: 'rsync', paths: ['/a*'], from }, 'bash')).toThrow(/pattern/)
    expect(() => copyLine({ program: 'scp', paths: ['/a&b'], from }, 'cmd')).toThrow(/cmd\.exe/)
  })

  it.skipIf(lacks('scp', 'sh'))('gives scp the intended words', () => {
    const bin = tempDir()
    writeFileSync(join(bin, 'scp'), '#!/bin/sh\nfor each; do printf "\\0%s\\0" "$each"; done\n', { mode: 0o755 })
    const line = copyLine({ program: 'scp', paths: ["/it's $(x)"], from: { login: 'box', port: null } }, 'bash')
    const output = execFileSync('bash', ['-c', line], { env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` } })
    expect(printed(output)).toEqual(['-r', '-s', '--', "box:/it's $(x)", '.'])
  })
})
