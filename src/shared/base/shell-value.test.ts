import { execFileSync, spawnSync } from 'node:child_process'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { eachWith } from '../../testing/programs.ts'
import type { Dialect, ShellPlace } from './shell-dialect.ts'
import { ShellReader, withoutComments } from './shell-place.ts'
import { shellValue } from './shell-value.ts'

const shellPlace = (before: string, dialect: Dialect): ShellPlace => new ShellReader(dialect).placeAfter(before)

const shells: readonly (readonly [name: string, dialect: Dialect, program: readonly string[]])[] = [
  ['bash', 'bash', ['bash', '-c']],
  ['dash', 'sh', ['dash', '-c']],
  ['zsh', 'zsh', ['zsh', '-f', '-c']],
  ['fish', 'fish', ['fish', '--no-config', '-c']],
  ['busybox', 'sh', ['busybox', 'sh', '-c']],
]

/** Inputs of users and attackers: whole texts, and pieces that are special in some shell. */
const nasty = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...`'"\\$\`!#;&|()<>{}[]*?~=%^\n\t @-`.split('')) },
      fc.constantFrom(
        '$(touch pwned)',
        '`id`',
        "';id;'",
        '";id;"',
        '${HOME}',
        '\\',
        '\r',
        '\u0085',
        '\u009b',
        '\x1b[31m',
        '\x07',
        '<<EOF',
        '\nEOF\n',
        '&&',
        '||',
        '$$',
        "$'",
        '-n',
        '“',
        '’',
        'ü',
        '漢',
        '😀',
      ),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map(parts => parts.join('').replace(/\0|\p{Cs}/gu, ''))

const count = runs(2_000)
const batch = 50

/** The words of each line as a shell passed them on: printf is a builtin in all of them, and no word contains a NUL. */
function wordsOf(program: readonly string[], script: string): readonly (readonly string[])[] {
  const [file = '', ...args] = program
  const { stdout, stderr, status } = spawnSync(file, [...args, script], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', HOME: '/nonexistent' },
    maxBuffer: 16 * 1024 * 1024,
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  const lines: string[][] = []
  for (const token of stdout.split('\0').slice(1)) {
    if (token === 'start') lines.push([])
    else lines.at(-1)?.push(token.slice(1))
  }
  return lines
}

const begin = `printf '\\0%s' start; printf '\\0w%s' `
const line = (words: string) => `${begin}${words}\n`

describe('shellValue', () => {
  eachWith(shells, ([, , program]) => program[0] ?? '')(
    'is the same bytes and one word in %s, bare and in quotes of both kinds',
    (_name, dialect, program) => {
      const values = fc.sample(nasty, count)
      for (let at = 0; at < values.length; at += batch) {
        const some = values.slice(at, at + batch)
        let script = ''
        for (const value of some) {
          for (const [before, after] of [
            ['', ''],
            ['"a', 'b"'],
            ["'a", "b'"],
          ] as const) {
            script += begin
            for (const [left, right] of [
              [before, after],
              ['x', ''],
            ] as const) {
              script += left
              script += shellValue(value, shellPlace(script, dialect), { dialect, typed: false })
              script += `${right} `
            }
            script += '\n'
          }
        }
        expect(wordsOf(program, script)).toEqual(
          some.flatMap(value => [
            [value, `x${value}`],
            [`a${value}b`, `x${value}`],
            [`a${value}b`, `x${value}`],
          ]),
        )
      }
    },
  )

  eachWith(shells, ([, , program]) => program[0] ?? '')(
    'holds no key that would be pressed when it is typed into %s, and means the same',
    (name, dialect, program) => {
      const values = fc.sample(nasty, 300)
      const quoted = values.map(value => shellValue(value, { kind: 'bare' }, { dialect, typed: true }))
      // dash reads lines without an editor: a line break in quotes is literal.
      const pressed = new RegExp(
        dialect === 'sh' ? '[\\u0001-\\u0009\\u000b-\\u001f\\u007f-\\u009f]' : '[\\u0001-\\u001f\\u007f-\\u009f]',
      )
      for (const each of quoted) expect(each).not.toMatch(pressed)
      for (let at = 0; at < quoted.length; at += batch)
        expect(
          wordsOf(
            program,
            quoted
              .slice(at, at + batch)
              .map(line)
              .join(''),
          ),
          name,
        ).toEqual(values.slice(at, at + batch).map(value => [value]))
    },
  )

  it('is the same bytes in a here-document, and never its end', () => {
    fc.assert(
      fc.property(nasty, fc.boolean(), (value, literal) => {
        const before = `cat <<${literal ? "'EOF'" : 'EOF'}\nbefore `
        const place = shellPlace(before, 'sh')
        expect(place).toEqual({ kind: 'here', end: 'EOF', literal, line: 'before ', tabs: false })
        let text: string
        try {
          text = shellValue(value, place, { dialect: 'sh', typed: false })
        } catch {
          expect(value).toContain('\n')
          return
        }
        const printed = execFileSync('dash', ['-c', `${before}${text}\nEOF\n`], { encoding: 'utf8' })
        expect(printed).toBe(`before ${value}\n`)
      }),
      { numRuns: runs(200) },
    )
  })

  it('is one word in $(...) inside quotes', () => {
    const before = 'printf "%s" "$(printf "[%s]" "'
    for (const [, dialect, program] of shells) {
      const [file = '', ...args] = program
      const value = `a"b'c $(id) \\ !`
      const script = `${before}${shellValue(value, shellPlace(before, dialect), { dialect, typed: false })}")"`
      expect(execFileSync(file, [...args, script], { encoding: 'utf8' })).toBe(`[${value}]`)
    }
  })

  it.each([
    ['echo `', 'between backticks'],
    ['echo $', 'right after a $'],
    ['echo ${x:-', 'inside ${...}'],
    ['echo $((1 + ', 'in arithmetic'],
    ['((', 'in arithmetic'],
    ['a[', 'subscript'],
    ['cat <<', 'after <<'],
    ['cat << ', 'after <<'],
    ['x=$(case a in b) echo ', 'after case inside parentheses'],
    ['cat <<EOF\n$(', 'here-document'],
    ['cat <<"$x"\n', 'after <<'],
    [`echo $'a' '`, "after $'...'"],
    ['cat <<EOF\nCost: $', 'right after a $'],
    ['cat <<EOF\nCost: $HOME', 'right after a $'],
    ['echo $(( "', 'in arithmetic'],
    ['((x = "', 'in arithmetic'],
    ['a["', 'subscript'],
    ['a=([', 'subscript'],
    ['echo "$a[', 'subscript'],
    ['make >& ', 'after >&'],
    ['make >&"', 'after >&'],
    ['[[ ', 'inside [[ ]]'],
    ['bash <<EOF\nls ', 'a command other than cat or tee'],
    ['cat <<EOF | sh\nls ', 'a command other than cat or tee'],
    ['x=$(cat <<EOF\nfoo\nEOF)\necho ', 'starts with the here-document’s delimiter'],
    ['cat <<EOF $(echo a\necho ', 'parentheses on one line'],
    ['cat <\\\n<EOF\n', 'inside a word'],
    ["<(echo a)#'\n", 'after )#'],
    ['ls *(', 'parentheses of a pattern'],
    ['echo "$["; echo "b"', 'after $['],
    ['echo "$\\\n(echo "', 'after a $ at the end'],
  ])('is refused after %s', (before, reason) => {
    expect(() => shellValue('x', shellPlace(before, 'sh'), { dialect: 'sh', typed: false })).toThrow(reason)
  })

  it.each<[string, string, Dialect]>([
    ['echo # it’s ', 'comment', 'bash'],
    ['echo a#', 'bare', 'bash'],
    ["echo # don't\necho ", 'bare', 'bash'],
    ['(a)#', 'unsafe', 'bash'],
    ['case x in a) echo "', 'double', 'bash'],
    ['cat <<< ', 'bare', 'bash'],
    ["echo $'it\\'s ", 'ansi', 'bash'],
    ["echo 'it\\'s ", 'single', 'fish'],
    ["echo 'it\\'s ", 'bare', 'bash'],
    ['echo "$(echo "a" ', 'bare', 'bash'],
    ['echo "$(echo "a")', 'double', 'bash'],
    ['cat <<EOF\nx\nEOF\necho ', 'bare', 'bash'],
    ['cat <<-EOF\nx\n\tEOF\necho ', 'bare', 'bash'],
    ['cat <<EOF > ', 'bare', 'bash'],
    ['echo `"` "', 'double', 'powershell'],
    ["echo 'a", 'single', 'powershell'],
    ['echo “a', 'double', 'powershell'],
    ['echo "a', 'double', 'cmd'],
  ])('knows that %s leads to %s in %s', (before, kind, dialect) => {
    expect(shellPlace(before.replaceAll('’', '’'), dialect).kind).toBe(kind)
  })

  it('is doubled or escaped for PowerShell, typographic quotes too', () => {
    const options = { dialect: 'powershell', typed: false } as const
    expect(shellValue(`it's ’$x`, { kind: 'bare' }, options)).toBe(`'it''s ’’$x'`)
    expect(shellValue('a"$(b)`“', { kind: 'double' }, options)).toBe('a`"`$(b)```“')
    expect(shellValue('a\tb', { kind: 'bare' }, { ...options, typed: true })).toBe('"a$([char]9)b"')
  })

  it('is refused for cmd.exe if it contains special characters', () => {
    const options = { dialect: 'cmd', typed: false } as const
    expect(shellValue('C:\\my files', { kind: 'bare' }, options)).toBe('"C:\\my files"')
    for (const value of ['%PATH%', 'a"b', 'a&b', 'a^', 'a\\'])
      expect(() => shellValue(value, { kind: 'bare' }, options)).toThrow('cmd.exe')
  })
})

describe('text that looks special but isn’t', () => {
  it.each<[string, Dialect]>([
    ["echo a\u00a0# don't\necho ", 'bash'],
    ['cat <<EOF\nCost: ', 'bash'],
    ['if [ -f x ]; then echo ', 'bash'],
    ['list=(a ', 'bash'],
    ['f() { echo ', 'bash'],
    ['[[ -f x ]] && echo ', 'bash'],
  ])('%j is safe', (before, dialect) => {
    expect(shellPlace(before, dialect).kind).not.toBe('unsafe')
  })

  it('never ends a here-document, even with tabs or an empty delimiter', () => {
    const options = { dialect: 'sh', typed: false } as const
    for (const [before, value] of [
      ['cat <<EOF\n', 'EOF'],
      ['cat <<EOF\nEO', 'F'],
      ['cat <<-EOF\n', '\tEOF'],
      ['cat <<EOF\nEOF', ''],
      ['cat <<EOF\n', ''],
    ] as const)
      expect(() => shellValue(value, shellPlace(before, 'sh'), options)).toThrow(
        'could match the here-document’s delimiter',
      )
    expect(shellValue('EOF', shellPlace('cat <<EOF\na ', 'sh'), options)).toBe('EOF')
  })

  it('is read the same as a whole or in pieces', () => {
    const pieces = fc.constantFrom(
      '"',
      "'",
      '$(',
      ')',
      '${',
      '}',
      '`',
      '#',
      '\\',
      '\n',
      ' ',
      '<<EOF',
      'EOF',
      'a',
      '((',
      '))',
      '[[',
      ']]',
      'case',
      ';',
      '&',
      '$',
    )
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 14 }),
        fc.constantFrom<Dialect>('bash', 'sh', 'zsh', 'fish', 'csh'),
        (list, dialect) => {
          const reader = new ShellReader(dialect)
          for (const piece of list) reader.add(piece)
          expect(reader.placeAfter('')).toEqual(shellPlace(list.join(''), dialect))
        },
      ),
      { numRuns: runs(2_000) },
    )
  })
})

describe('an unknown shell', () => {
  it('gets plain words, and nothing that might be special', () => {
    const options = { dialect: 'other', typed: false } as const
    expect(shellValue('runs/eval-1.log', { kind: 'bare' }, options)).toBe("'runs/eval-1.log'")
    for (const value of ["it's", 'a b', '$x', '(a)', '']) {
      if (value === '') expect(shellValue(value, { kind: 'bare' }, options)).toBe("''")
      else expect(() => shellValue(value, { kind: 'bare' }, options)).toThrow('can’t quote this value')
    }
  })
})

describe('withoutComments', () => {
  it('removes what a shell ignores, and nothing else', () => {
    expect(withoutComments("# don't\necho a#b '# c' # d\necho e", 'bash')).toBe("\necho a#b '# c' \necho e")
  })
})
