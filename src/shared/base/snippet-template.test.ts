import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { isGiven, parseTemplate, variablesIn, type Variable } from './snippet-template.ts'

const names = (text: string) => variablesIn(parseTemplate(text)).map(({ name }) => name)
const one = (text: string): Variable | undefined => variablesIn(parseTemplate(text))[0]

describe('parseTemplate', () => {
  it('reads a name, a default, choices and a hidden one', () => {
    expect(one('{{name}}')).toEqual({ name: 'name', hidden: false, fallback: null, choices: [] })
    expect(one('{{name:a b|c}}')).toEqual({ name: 'name', hidden: false, fallback: 'a b|c', choices: [] })
    expect(one('{{name:}}')).toEqual({ name: 'name', hidden: false, fallback: '', choices: [] })
    expect(one('{{name|a|b|c}}')).toEqual({ name: 'name', hidden: false, fallback: 'a', choices: ['a', 'b', 'c'] })
    expect(one('{{ name ! }}')).toEqual({ name: 'name', hidden: true, fallback: null, choices: [] })
  })

  it('accepts three braces for an unquoted value', () => {
    expect(parseTemplate('a {{{b:c}}} d')).toEqual([
      { kind: 'text', text: 'a ' },
      {
        kind: 'variable',
        variable: { name: 'b', hidden: false, fallback: 'c', choices: [] },
        raw: true,
        source: '{{{b:c}}}',
      },
      { kind: 'text', text: ' d' },
    ])
  })

  it('leaves everything else unchanged', () => {
    for (const text of [
      "docker ps --format '{{.Names}}'",
      '{{}}',
      '{{ }}',
      '{{a b}}',
      '{{a',
      'a}}',
      '{{a\n}}',
      '${x}',
      '{{json .}}',
    ])
      expect(parseTemplate(text)).toEqual([{ kind: 'text', text }])
  })

  it('keeps the braces after a backslash, and a backslash after a backslash', () => {
    expect(parseTemplate('\\{{a}}')).toEqual([{ kind: 'text', text: '{{a}}' }])
    expect(parseTemplate('\\\\{{a}}').map(part => part.kind)).toEqual(['text', 'variable'])
    expect(parseTemplate('\\{{.Names}}')).toEqual([{ kind: 'text', text: '\\{{.Names}}' }])
  })

  it('finds a name once, whatever its options and places', () => {
    expect(names('{{a}} {{b}} {{a:x}}')).toEqual(['a', 'b'])
    expect(one('{{a}} {{a:x}}')?.fallback).toBe('x')
    expect(one('{{a}} {{a!}}')?.hidden).toBe(true)
  })

  it('recognizes automatic variables', () => {
    expect(isGiven(one('{{host}}') as Variable)).toBe(true)
    expect(isGiven(one('{{local-user}}') as Variable)).toBe(true)
    for (const text of ['{{user|root|me}}', '{{host!}}', '{{constructor}}'])
      expect(isGiven(one(text) as Variable)).toBe(false)
  })

  it('loses no character of any text', () => {
    const pieces = fc.constantFrom(
      '{{',
      '}}',
      '{',
      '}',
      '\\',
      'name',
      ':',
      '|',
      '!',
      ' ',
      '\n',
      '.',
      'é',
      '{{a}}',
      '{{{b!}}}',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), list => {
        const text = list.join('')
        const parts = parseTemplate(text)
        const back = parts.map(part => (part.kind === 'text' ? part.text : part.source)).join('')
        // Escaped braces lose their one backslash.
        expect(text.length - back.length).toBeLessThanOrEqual((text.match(/\\\{\{/g) ?? []).length)
        expect(back.replaceAll('\\', '')).toBe(text.replaceAll('\\', ''))
        for (const part of parts) if (part.kind === 'variable') expect(parseTemplate(part.source)).toEqual([part])
      }),
      { numRuns: runs(3_000) },
    )
  })

  it('reads a hostile text of 64 KB as fast as an ordinary one', () => {
    for (const text of ['{{a:'.repeat(16_000), `${'{{'.repeat(32_000)}}}`, `{{a${'|'.repeat(60_000)}}}`]) {
      const parts = parseTemplate(text)
      expect(parts.length).toBeGreaterThan(0)
    }
  })
})
