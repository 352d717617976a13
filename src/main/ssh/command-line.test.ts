import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { findProgram } from '../../../scripts/programs.mjs'
import { oddName } from '../../testing/odd-names.ts'
import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { encodeName } from '../sftp/byte-names.ts'
import { anyShellWord, fitsLine, inSh, scriptBytes, shFromInput, type CommandLine } from './command-line.ts'
import { inBatches, joined, sh } from './script.ts'

const count = Number(process.env['HAWSER_MANY_NAMES'] ?? 60)
const perRun = 12

const loginShells: readonly (readonly [name: string, words: readonly string[]])[] = [
  ['bash', ['bash', '-c']],
  ['rbash', ['rbash', '-c']],
  ['dash', ['dash', '-c']],
  ['zsh', ['zsh', '-f', '-c']],
  ['fish', ['fish', '--no-config', '-c']],
  ['tcsh', ['tcsh', '-f', '-c']],
  ['busybox', ['busybox', 'sh', '-c']],
]

const shellNames = loginShells.map(([name]) => name)

/** Runs a command line as sshd does, with another shell instead of the user's. */
function run(words: readonly string[], line: string, options: { input?: Buffer; path?: string; cwd?: string } = {}) {
  const [program = '', ...args] = words
  return spawnSync(findProgram(program) as string, [...args, line], {
    input: options.input ?? '',
    cwd: options.cwd ?? tempDir(),
    env: { PATH: options.path ?? process.env['PATH'], HOME: '/nonexistent', LC_ALL: 'C.UTF-8' },
    maxBuffer: 64 * 1024 * 1024,
  })
}

/** Each word followed by a NUL, as printed by `printf`. */
const bytesOf = (names: readonly string[]) =>
  Buffer.concat(names.map(name => Buffer.concat([encodeName(name), Buffer.of(0)])))
const printing = (names: readonly string[]) => sh`printf '%s\\0' ${names}`

describe('a command line', () => {
  for (const [name, words] of loginShells)
    it.skipIf(lacks(name))(
      `gives sh the exact bytes of any name through ${name} as the login shell`,
      () => {
        const cwd = tempDir()
        fc.assert(
          fc.property(fc.array(oddName, { minLength: perRun, maxLength: perRun }), names => {
            const { stdout, stderr, status } = run(words, inSh(printing(names)).text, { cwd })
            expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' })
            expect(stdout.equals(bytesOf(names))).toBe(true)
          }),
          { numRuns: Math.ceil(count / perRun) },
        )
        expect(readdirSync(cwd)).toEqual([])
      },
      60_000,
    )

  for (const program of ['bash', 'dash', 'zsh', 'busybox'])
    it.skipIf(lacks(program, 'dash'))(
      `means the same where sh is ${program}`,
      () => {
        const path = join(tempDir(), 'bin')
        mkdirSync(path)
        for (const each of ['env', 'cat', 'printf']) symlinkSync(findProgram(each) as string, join(path, each))
        symlinkSync(findProgram(program) as string, join(path, 'sh'))
        const names = fc.sample(oddName, count)
        expect(run(['dash', '-c'], inSh(printing(names)).text, { path }).stdout.equals(bytesOf(names))).toBe(true)
        const { stdout } = run(['dash', '-c'], shFromInput().text, { path, input: scriptBytes(printing(names)) })
        expect(stdout.equals(bytesOf(names))).toBe(true)
      },
      60_000,
    )

  it('contains nothing that shells interpret differently', () => {
    fc.assert(
      fc.property(oddName, name => {
        expect(inSh(sh`echo ${name}`).text).toMatch(
          /^env LC_ALL=C sh -c 'eval "\$\(printf %b "\$@"\)"' sh( '[A-Za-z0-9_.,:=+\\-]*')+$/,
        )
      }),
      { numRuns: count },
    )
  })

  it.skipIf(lacks(...shellNames))(
    'takes a script up to its limit in every login shell, in words that even the first csh takes',
    () => {
      const script = sh`${'it’s '.repeat(5_000)}`
      const long = joined([sh`: ${script.text}`, sh`printf %s done`], '\n')
      expect(fitsLine(long)).toBe(true)
      expect(
        Math.max(
          ...inSh(long)
            .text.split(' ')
            .map(word => word.length),
        ),
      ).toBeLessThan(1_024)
      for (const [name, words] of loginShells)
        expect([name, run(words, inSh(long).text).stdout.toString()]).toEqual([name, 'done'])
    },
    60_000,
  )

  it.skipIf(lacks(...shellNames))(
    'refuses a script that is too long, which standard input takes',
    () => {
      const names = fc.sample(oddName, 5_000)
      const script = joined(inBatches(names).map(printing), '\n')
      expect(fitsLine(script)).toBe(false)
      expect(() => inSh(script)).toThrow(expect.objectContaining({ code: 'invalid-input' }))
      for (const [name, words] of loginShells) {
        const { stdout } = run(words, shFromInput().text, { input: scriptBytes(script) })
        expect([name, stdout.equals(bytesOf(names))]).toEqual([name, true])
      }
    },
    60_000,
  )

  it.skipIf(lacks(...shellNames))(
    'is one word for a program that hands it to a shell of its own choice',
    () => {
      const names = fc.sample(oddName, perRun)
      const word = anyShellWord(printing(names))
      for (const [name, words] of loginShells)
        expect([name, run(words, word).stdout.equals(bytesOf(names))]).toEqual([name, true])
    },
    60_000,
  )
})

describe('a script', () => {
  it('quotes every value as one word, a list as one word each, and inserts scripts unchanged', () => {
    expect(sh`rm -f -- ${"it's"} ${['a b', '$x']} ${7} ${sh`&& ${'!'}`}`.text).toBe(
      `rm -f -- 'it'\\''s' 'a b' '$x' 7 && '!'`,
    )
    expect(sh`echo ${''} "$HOME"/${'a b'}`.text).toBe(`echo '' "$HOME"/'a b'`)
  })

  it('refuses a value inside quotes, in a comment or in a here-document, and a NUL', () => {
    expect(() => sh`echo "${'x'}"`).toThrow(/inside quotes/)
    expect(() => sh`echo '${'x'}'`).toThrow(/inside quotes/)
    expect(() => sh`# ${'x'}`).toThrow(/inside quotes/)
    expect(() => sh`cat <<EOF\n${'x'}`).toThrow(/inside quotes/)
    expect(() => sh`echo ${'a\0b'}`).toThrow(expect.objectContaining({ code: 'invalid-input' }))
  })

  it('has lists of words short enough for any program', () => {
    const words = Array.from({ length: 50_000 }, (_, index) => `/data/${index}`)
    const batches = inBatches(words)
    expect(batches.flat()).toEqual(words)
    for (const batch of batches) expect(batch.join(' ').length).toBeLessThan(96 * 1024)
    expect(inBatches([])).toEqual([])
    expect(inBatches(['x'.repeat(200_000), 'y'])).toHaveLength(2)
  })

  it('can’t be replaced by a plain string', () => {
    // @ts-expect-error -- a string is no command line
    const line: CommandLine = 'rm -rf /'
    expect(line).toBeTypeOf('string')
  })
})
