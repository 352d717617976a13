import { randomUUID } from 'node:crypto'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runMode, snippet, snippetIcon, type Snippet } from '../../shared/contract/snippets.ts'
import { runs } from '../../testing/runs.ts'
import { printSnippets, readSnippets, type Names } from './snippet-files.ts'
import { starters } from './starters.ts'

const [hostA, groupA] = [randomUUID(), randomUUID()]
const names: Names = { hosts: new Map([[hostA, 'gpu-box']]), groups: new Map([[groupA, 'Cluster']]) }
const noNames: Names = { hosts: new Map(), groups: new Map() }
const line = (max: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: max })
    .map(text => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '.').slice(0, max))
const places = fc.record({ hosts: fc.subarray([hostA]), groups: fc.subarray([groupA]) })
const some = places.filter(of => of.hosts.length + of.groups.length > 0)
const anySnippet = fc
  .record({
    id: fc.uuid(),
    name: line(64),
    command: fc.array(line(40), { minLength: 1, maxLength: 5 }).map(lines => lines.join('\n')),
    description: line(80),
    tags: fc.array(line(10), { maxLength: 3 }),
    package: line(20),
    icon: fc.constantFrom(...snippetIcon.options),
    where: fc.option(some),
    mode: fc.constantFrom(...runMode.options),
    folder: line(20),
    confirm: fc.boolean(),
    onConnect: places,
    key: fc.option(fc.integer({ min: 1, max: 9 })),
  })
  .map(each => snippet.parse(each))
const withoutId = ({ id: _id, ...rest }: Snippet) => rest
const electerm = (list: unknown) => readSnippets(JSON.stringify(list), noNames)

describe('snippets in a file', () => {
  it('survive a round trip, whatever their contents', () => {
    fc.assert(
      fc.property(fc.array(anySnippet, { maxLength: 5 }), all => {
        const { format, snippets, skipped } = readSnippets(printSnippets(all, names), names)
        expect(format).toBe('hawser')
        // Only the user decides what starts automatically.
        const quiet = all.map(each => ({ ...withoutId(each), onConnect: { hosts: [], groups: [] } }))
        expect(snippets.map(withoutId)).toEqual(quiet)
        const starting = all.filter(each => each.onConnect.hosts.length + each.onConnect.groups.length > 0)
        expect(skipped).toHaveLength(starting.length)
      }),
    )
  })

  it('are a list that people can read', () => {
    const [first] = starters()
    const text = printSnippets(
      [{ ...(first as Snippet), command: 'ls\npwd', description: '', key: null, icon: 'terminal' }],
      names,
    )
    expect(JSON.parse(text)).toEqual({
      hawser: 'snippets',
      version: 1,
      snippets: [{ name: 'GPU memory by user', command: ['ls', 'pwd'], package: 'Starters', mode: 'background' }],
    })
  })

  it('may run nowhere yet if the hosts they name don’t exist', () => {
    const made = snippet.parse({ id: randomUUID(), name: 'a', command: 'b', where: { hosts: [hostA], groups: [] } })
    expect(readSnippets(printSnippets([made], names), noNames).snippets[0]?.where).toEqual({ hosts: [], groups: [] })
  })

  it('are read from electerm, old ones and new', () => {
    const list = [
      {
        name: 'Tail log',
        commands: [
          { command: 'cd /var/log', delay: 100 },
          { command: 'tail {{clipboard}} {{other}}', delay: 300, id: 'x' },
        ],
        inputOnly: true,
        labels: ['ops'],
        id: 'Zk81_pQ',
      },
      { id: 'old', name: 'legacy', command: 'uptime' },
    ]
    for (const data of [list, { bookmarks: [], quickCommands: list, config: {} }]) {
      const { format, snippets } = electerm(data)
      expect(format).toBe('electerm')
      expect(snippets).toMatchObject([
        { name: 'Tail log', command: 'cd /var/log\ntail {{clipboard}} \\{{other}}', mode: 'type', tags: ['ops'] },
        { name: 'legacy', command: 'uptime', mode: 'send', tags: [] },
      ])
    }
  })

  it('are read from what Termius and its exporters write', () => {
    const one = { label: 'Restart', script: 'sudo systemctl restart nginx\necho "done"' }
    const files = [
      JSON.stringify([{ id: 5, ...one }]),
      JSON.stringify({ snippet_set: [{ remote_instance: null, id: 5, ...one }], host_set: [] }),
      JSON.stringify({ hosts: [], snippets: [{ id: 'snippet-1', note: null, ...one }] }),
      JSON.stringify([{ data: 'x' }, { data: { address: 'h' } }, { data: one, file: '1.ldb' }]),
      `"id","label","script"\n5,"Restart","${one.script.replaceAll('"', '""')}"\n`,
      `\ufeffLabel,Script\n"Restart","${one.script.replaceAll('"', '""').replaceAll('\n', '\\n')}"\n`,
    ]
    for (const file of files) {
      const { format, snippets } = readSnippets(file, noNames)
      expect(format).toBe('termius')
      expect(snippets).toMatchObject([{ name: 'Restart', command: one.script, mode: 'send' }])
    }
  })

  it('report entries that can’t be used, and import the rest', () => {
    const { snippets, skipped } = electerm([
      { name: 'bad', command: 'a\u0007b' },
      { name: '', command: 'x' },
      { name: 'good', command: 'x' },
    ])
    expect(snippets.map(each => each.name)).toEqual(['good'])
    expect(skipped).toHaveLength(2)
  })

  it('are refused if there are none, or if a newer Hawser wrote them', () => {
    for (const text of ['', 'null', '[]', '{}', 'a,b\n1,2', '[1,2]', '\u0000', '{"hawser":"snippets"}'])
      expect(() => readSnippets(text, noNames)).toThrow('no snippets')
    expect(() => readSnippets('{"hawser":"snippets","snip', noNames)).toThrow('incomplete')
    const odd = readSnippets('{"hawser":"snippets","version":1,"snippets":[1,{"name":"a","command":"b"}]}', noNames)
    expect([odd.snippets.length, odd.skipped.length]).toEqual([1, 1])
    expect(() => readSnippets('{"hawser":"snippets","version":2,"snippets":[]}', noNames)).toThrow(
      'newer version of Hawser',
    )
  })

  it('never crash the reader, whatever the file', () => {
    const pieces = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      '"',
      ',',
      ':',
      'label',
      'script',
      'name',
      'command',
      '\n',
      '1',
      'null',
      '"hawser":"snippets"',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), list => {
        try {
          readSnippets(list.join(''), noNames)
        } catch (error) {
          expect((error as { code?: string }).code).toBe('invalid-input')
        }
      }),
      { numRuns: runs(2_000) },
    )
  })
})
