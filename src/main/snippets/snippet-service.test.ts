import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { snippet, type Snippet, type Values } from '../../shared/contract/snippets.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { JsonFile } from '../storage/json-file.ts'
import { snippetFile } from './snippet-record.ts'
import { SnippetService } from './snippet-service.ts'

const given = { cwd: null, selection: null, clipboard: null }
const target = (address: string): Target => ({
  kind: 'address',
  address,
  port: null,
  user: null,
  jumps: [],
  keyFile: null,
})
const [a, b] = [target('a'), target('b')]
const made = (name: string, rest: Partial<Snippet> = {}): Snippet =>
  snippet.parse({ id: randomUUID(), name, command: 'echo {{word}}', ...rest })

async function setUp(...all: readonly Snippet[]) {
  const folder = tempDir()
  const path = join(folder, 'snippets.json')
  const notices: string[] = []
  const file = await JsonFile.open({
    path,
    schema: snippetFile,
    initial: snippetFile.parse({ snippets: all }),
    showNotice: (_level, text) => notices.push(text),
  })
  const service = new SnippetService({
    file,
    factsOf: where => ({ host: targetKey(where), address: 'x', user: 'u', port: 22, localUser: 'me', now: new Date() }),
    shellOf: () => Promise.resolve('bash'),
    names: () => ({ hosts: new Map(), groups: new Map() }),
  })
  const type = (one: Snippet, values: Values, where = a) => service.typed({ id: one.id, target: where, values, given })
  const last = async (one: Snippet, where: Target | null = a) =>
    (await service.asking({ id: one.id, target: where, given })).last
  return { folder, path, file, service, type, last, text: () => readFileSync(path, 'utf8'), notices }
}

describe('SnippetService', () => {
  it('remembers the values for each host, and the latest for others', async () => {
    const one = made('one')
    const { type, last } = await setUp(one)
    expect(await type(one, { word: 'for a' })).toBe("echo 'for a'")
    await type(one, { word: 'for b' }, b)
    expect([await last(one), await last(one, b), await last(one, target('c')), await last(one, null)]).toEqual([
      { word: 'for a' },
      { word: 'for b' },
      { word: 'for b' },
      { word: 'for b' },
    ])
  })

  it('deletes values that become hidden or whose snippet is deleted, and keeps no huge value', async () => {
    const one = made('one', { mode: 'background' })
    const { service, type, last, text, file } = await setUp(one)
    await type(one, { word: 'canary-1' })
    await service.save({ snippet: { ...one, command: 'echo {{word!}}' } })
    expect(await last(one)).toEqual({})
    expect(text()).not.toContain('canary-1')
    await service.save({ snippet: one })
    await type(one, { word: 'x'.repeat(5_000) })
    expect(await last(one)).toEqual({})
    await type(one, { word: 'canary-2' })
    await service.remove({ id: one.id })
    await file.flush()
    expect(text()).not.toContain('canary-2')
  })

  it('gives a number to one snippet only, and restores the starters without taking any', async () => {
    const one = made('one', { key: 1 })
    const { service } = await setUp(one)
    await service.save({ snippet: made('two', { key: 1 }) })
    const keys = async () => (await service.list()).snippets.map(each => [each.name, each.key])
    expect(await keys()).toEqual([
      ['one', null],
      ['two', 1],
    ])
    expect(await service.addStarters()).toBe(10)
    expect((await keys()).slice(2, 4)).toEqual([
      ['GPU memory by user', null],
      ['Free GPUs', 2],
    ])
    expect(await service.addStarters()).toBe(0)
  })

  it('handles names of object members', async () => {
    const one = made('one', { command: 'echo {{constructor:x}} {{toString}} {{__proto__}}' })
    const { type, last, service } = await setUp(one)
    const asking = await service.asking({ id: one.id, target: a, given })
    expect(asking.variables.map(each => each.name)).toEqual(['constructor', 'toString'])
    expect(await type(one, { toString: 'y' })).toBe("echo 'x' 'y' {{__proto__}}")
    expect(structuredClone(await last(one))).toEqual({ toString: 'y' })
  })

  it('refuses values that could not be quoted or would be shown, and more snippets than the limit', async () => {
    const { service, path, notices } = await setUp(
      ...Array.from({ length: 9_999 }, (_each, index) => made(`s${index}`)),
    )
    const save = async (rest: Partial<Snippet>) => service.save({ snippet: made('x', rest) })
    await expect(save({ command: 'echo `{{a}}`' })).rejects.toThrow('between backticks')
    await expect(save({ command: 'login {{word!}}', mode: 'send' })).rejects.toThrow('A hidden value')
    await expect(save({ command: 'ls', folder: '{{a!}}', mode: 'background' })).rejects.toThrow('hidden value')
    await save({})
    await expect(save({})).rejects.toThrow('limit of 10,000 snippets')
    const again = await JsonFile.open({
      path,
      schema: snippetFile,
      initial: snippetFile.parse({}),
      showNotice: (_l, text) => notices.push(text),
    })
    expect([again.value.snippets.length, notices]).toEqual([10_000, []])
  })

  it('imports once, nothing that starts automatically, and overwrites nothing', async () => {
    const one = made('one', { onConnect: { hosts: [randomUUID() as never], groups: [] }, key: 3 })
    const { folder, service } = await setUp(one)
    const path = await service.exportTo({ folder, ids: null })
    expect(await service.importFrom({ path })).toMatchObject({ format: 'hawser', added: 0, there: 1 })
    await service.remove({ id: one.id })
    expect(await service.importFrom({ path })).toMatchObject({ added: 1, there: 0 })
    const [back] = (await service.list()).snippets
    expect(back).toMatchObject({ name: 'one', key: null, onConnect: { hosts: [], groups: [] } })
    writeFileSync(
      join(folder, 'evil.json'),
      '{"hawser":"snippets","version":1,"snippets":[{"name":"h","command":"x {{y!}}"}]}',
    )
    await service.importFrom({ path: join(folder, 'evil.json') })
    expect((await service.list()).snippets.at(-1)).toMatchObject({ name: 'h', mode: 'background' })
    expect(await service.exportTo({ folder, ids: [] })).toBe(join(folder, 'hawser-snippets 2.json'))
    expect(readdirSync(folder)).toContain('hawser-snippets.json')
    await expect(service.importFrom({ path: folder })).rejects.toThrow('not a file')
  })

  it('asks the shell only where the text depends on it', async () => {
    const plain = made('plain', { command: 'uptime' })
    const { service } = await setUp(plain)
    expect(await service.typed({ id: plain.id, target: a, values: {}, given })).toBe('uptime')
    expect(await service.preview({ id: plain.id, target: a, values: {}, given })).toBe('uptime')
  })
})
