import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { Dialect } from '../../shared/base/shell-dialect.ts'
import type { Given, Values } from '../../shared/contract/snippets.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { eachWith, lacks } from '../../testing/programs.ts'
import {
  checkPlaces,
  composeBackground,
  composeShown,
  composeTmux,
  composeTyped,
  fill,
  interpreterOf,
  knownValues,
  toAsk,
  type Facts,
} from './compose.ts'
import { parseShell } from '../ssh/login-shell.ts'

const facts: Facts = {
  host: 'gpu-box',
  address: '10.0.0.5',
  user: 'ubuntu',
  port: 2222,
  localUser: 'me',
  now: new Date(2026, 0, 5, 12),
}
const nothing = { cwd: null, selection: null, clipboard: null }
const known = knownValues(facts, nothing)
const recipe = (command: string, folder = '') => ({ command, folder, name: 'Test' })
const filled = (command: string, values: Values = {}, folder = '') => fill(recipe(command, folder), values, known)
const typed = (command: string, values: Values = {}, { folder = '', dialect = 'bash' as Dialect } = {}) =>
  composeTyped(recipe(command, folder), filled(command, values, folder), dialect)

describe('what is asked', () => {
  it('is what is not known; automatic values are asked for only if missing', () => {
    const names = (command: string, given: Given = nothing) =>
      toAsk(recipe(command, '{{where}}'), knownValues(facts, given)).map(({ name }) => name)
    expect(names('{{host}} {{user}} {{port}} {{date}} {{x:1}} {{cwd}}')).toEqual(['x', 'cwd', 'where'])
    expect(names('{{cwd:/tmp}} {{selection}}', { ...nothing, selection: 'a' })).toEqual(['where'])
    expect(names('{{user|root|me}}')).toEqual(['user', 'where'])
  })

  it('must have a value, and one of its choices', () => {
    expect(() => filled('{{a}}')).toThrow('Enter a value for a.')
    expect(() => filled('{{a!}}')).toThrow('Enter a value for a.')
    expect(() => filled('{{a|x|y}}', { a: 'z' })).toThrow('a must be one of x, y.')
    expect([...filled('{{a:1}} {{b|x}} {{date}} {{host}}')]).toEqual([
      ['a', '1'],
      ['b', 'x'],
      ['date', '2026-01-05'],
      ['host', 'gpu-box'],
    ])
  })
})

describe('composeTyped', () => {
  it('quotes values, except raw ones as the author chose', () => {
    expect(typed('ls {{a}} "{{a}}" {{{a}}}', { a: '$(id) x' })).toBe(`ls '$(id) x' ""'$(id) x'"" $(id) x`)
  })

  it('changes to the folder first, and does nothing if it doesn’t exist', () => {
    expect(typed('ls', {}, { folder: '~/my data' })).toBe(`cd ~/'my data' && ls`)
    expect(typed('a; b', {}, { folder: '/x' })).toBe(`cd '/x' && {\na; b\n}`)
    expect(typed('a || b', {}, { folder: '{{dir:/x}}', dialect: 'fish' })).toBe(`cd '/x' && begin\na || b\nend`)
    expect(typed('dir', {}, { folder: 'C:\\x', dialect: 'cmd' })).toBe('cd /d "C:\\x" && dir')
  })

  it('removes comments, and types a script with a first line of #! as one command', () => {
    expect(typed("# don't\nls # all")).toBe('ls')
    expect(() => typed('# nothing')).toThrow('only comments')
    expect(typed('#!/bin/sh\nls {{a}}\n', { a: "it's" })).toBe(String.raw`/bin/sh -c 'ls '\''it'\'\\\'\''s'\'` + `'\n'`)
  })

  it('never types a hidden value', () => {
    expect(() => typed('login {{word!}}', { word: 'secret' })).toThrow('hidden value')
    expect(() => composeTmux(recipe('login {{word!}}'), filled('login {{word!}}', { word: 'secret' }), 'bash')).toThrow(
      'hidden',
    )
  })
})

describe('composeBackground', () => {
  const run = (
    shell: string,
    dialect: Dialect,
    { command, values = {}, folder = '' }: { command: string; values?: Values; folder?: string },
  ) => {
    const { text, hidden } = composeBackground(recipe(command, folder), filled(command, values, folder), { dialect })
    const output = execFileSync(shell, ['-c', text], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], SHELL: shell, HOME: '/nonexistent', LC_ALL: 'C.UTF-8' },
      input: hidden.map(line => `${line}\n`).join(''),
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    return { text, output }
  }

  const shells: readonly (readonly [string, Dialect])[] = [
    ['/bin/bash', 'bash'],
    ['/bin/dash', 'sh'],
    ['/usr/bin/zsh', 'zsh'],
    ['/usr/bin/fish', 'fish'],
  ]
  eachWith(shells, ([shell]) => shell)(
    'passes a hidden value to %s unseen by the list of processes',
    (shell, dialect) => {
      const secret = `  s3cret "$HOME" 'x' \\ `
      const command = `printf '[%s]' {{word!}} "a{{word!}}" 'b{{word!}}'`
      const { text, output } = run(shell, dialect, { command, values: { word: secret } })
      expect(text).not.toContain('s3cret')
      expect(output).toBe(`[${secret}][a${secret}][b${secret}]`)
    },
  )

  it('runs in its folder, and not at all if that doesn’t exist', () => {
    const folder = tempDir()
    mkdirSync(join(folder, "it's"))
    expect(run('/bin/bash', 'bash', { command: 'pwd', folder: join(folder, "it's") }).output).toBe(
      `${join(folder, "it's")}\n`,
    )
    expect(() => run('/bin/bash', 'bash', { command: 'true', folder: join(folder, 'none') })).toThrow()
  })

  eachWith([['/bin/bash'], ['/usr/bin/fish']], ([shell]) => shell)(
    'runs a script by its own interpreter under %s',
    shell => {
      const dialect = shell.endsWith('fish') ? 'fish' : 'bash'
      const command = '#!/bin/sh\nfor a in {{one}} two; do printf "<%s>" "$a"; done'
      expect(run(shell, dialect, { command, values: { one: `it's "1" $x` } }).output).toBe(`<it's "1" $x><two>`)
      const python = `#!/usr/bin/env python3\nimport sys\nprint("it's", {{{number}}}, sys.argv)\n`
      expect(run(shell, dialect, { command: python, values: { number: '40 + 2' } }).output).toContain("it's 42")
    },
  )
})

describe('an unknown shell', () => {
  it('runs scripts that start with #!, and nothing else that needs quoting', () => {
    const command = `#!/bin/sh\nprintf '[%s]' {{a}} {{word!}}`
    const { text, hidden } = composeBackground(recipe(command), filled(command, { a: `it's $x`, word: 'w' }), {
      dialect: 'other',
    })
    expect(execFileSync('/bin/bash', ['-c', text], { encoding: 'utf8', input: `${hidden[0]}\n` })).toBe(`[it's $x][w]`)
    expect(() => typed('ls {{a}}', { a: '$x' }, { dialect: 'other' })).toThrow('can’t quote this value')
    expect(() => typed('ls', {}, { dialect: 'other', folder: '/x' })).toThrow('Use cd in the script')
  })
})

describe('checkPlaces', () => {
  it('reports places where no value can be quoted', () => {
    const check = (command: string, folder = '') => checkPlaces(recipe(command, folder))
    expect(() => check('echo `ls {{a}}`')).toThrow('between backticks')
    expect(() => check('#!/usr/bin/env python3\nprint({{a}})')).toThrow('not for a shell')
    expect(() => check('echo `ls {{{a}}}` "$(cat {{b}})"')).not.toThrow()
    expect(() => check('ls', '/srv/{{a!}}')).toThrow('The folder')
    expect(() => check('#!/usr/bin/env python3\nprint({{{a!}}})')).toThrow('process list')
  })
})

describe('composeShown', () => {
  it('is the script as it would be read', () => {
    const command = '#!/bin/sh\nls {{a}}'
    expect(composeShown(recipe(command, '/x'), filled(command, { a: 'b c' }))).toBe("cd '/x'\n#!/bin/sh\nls 'b c'")
  })
})

describe('composeTmux', () => {
  it.skipIf(lacks('tmux'))('starts a window that runs it and stays open', { timeout: 20_000 }, async () => {
    const folder = tempDir()
    const env = { PATH: process.env['PATH'], SHELL: '/bin/bash', HOME: folder, TMUX_TMPDIR: folder, LC_ALL: 'C.UTF-8' }
    const { text } = composeTmux(recipe('printf "%s" {{a}} > out', folder), filled('{{a}}', { a: `it's "$x"` }), 'bash')
    try {
      for (const window of ['0', '1']) {
        const said = execFileSync('/bin/bash', ['-c', text], { encoding: 'utf8', env })
        expect(said).toBe(`Running in window ${window} of the tmux session hawser.\n`)
      }
      await expect.poll(() => read(join(folder, 'out')), { timeout: 10_000 }).toBe(`it's "$x"`)
      const windows = execFileSync('tmux', ['list-windows', '-t', 'hawser', '-F', '#{window_name}'], {
        encoding: 'utf8',
        env,
      })
      expect(windows).toBe('Test\nTest\n')
    } finally {
      execFileSync('tmux', ['kill-server'], { env })
    }
  })
})

describe('interpreterOf', () => {
  it('reads the first line', () => {
    expect(interpreterOf('ls')).toBeNull()
    expect(interpreterOf('#!/bin/bash -e\n')).toEqual({ words: ['/bin/bash', '-e'], flag: '-c', dialect: 'bash' })
    expect(interpreterOf('#! /usr/bin/env -S python3 -u\n')).toMatchObject({ flag: '-c', dialect: null })
    expect(interpreterOf('#!/usr/bin/perl\n')).toMatchObject({ flag: '-e', dialect: null })
  })
})

describe('parseShell', () => {
  const around = (shell: string) => `hawser-shell ${shell} hawser-end\n`
  it.each<[string, Dialect | null]>([
    [around('/bin/bash'), 'bash'],
    [`Welcome to the cluster\n${around('/usr/bin/fish')}Bye`, 'fish'],
    [`no line end ${around('/bin/tcsh')}`, 'csh'],
    [around('/bin/rbash'), 'bash'],
    [around('/usr/bin/nu'), 'other'],
    [around('/usr/bin/xonsh'), 'other'],
    [around('/usr/bin/elvish'), 'other'],
    ['', 'other'],
    ['Please log in first\n', 'other'],
    [around('/bin/ksh93'), 'sh'],
    ['"hawser-shell $SHELL hawser-end"\r\n', 'cmd'],
    // nu and elvish expand nothing between these quotes.
    [around('$SHELL'), 'other'],
    [`echo "hawser-shell $SHELL hawser-end"\n${around('/bin/zsh')}`, 'zsh'],
    ['hawser-shell  hawser-end\r\n', null],
  ])('%j is %s', (answer, dialect) => expect(parseShell(answer)).toBe(dialect))
})

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
