import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { target as targetSchema } from '../../shared/contract/targets.ts'
import { buildTestServices } from '../../testing/build-test-services.ts'
import { tempDir } from '../../testing/temp-dir.ts'

const way = { kind: 'address', port: null, user: null, jumps: [], keyFile: null }
const good = { ...way, address: 'good.example' }
// Names that an earlier version allowed, or that were written into the file by hand.
const odd = [
  { ...way, address: 'db$(x).example' },
  { ...way, address: 'a\u202eb.example' },
  { ...way, address: 'c.example', user: 'me;id' },
  { ...way, address: 'd.example', user: "o'neil" },
  { ...way, address: 'e.example', jumps: [{ address: '-oProxyCommand', port: null, user: 'a{b}' }] },
]
const targets = [good, ...odd]
const home = { side: { target: { kind: 'local' }, root: false }, path: '/' }
const on = (target: object) => ({ target, root: false })

/** The services over a data folder from an earlier version. */
async function start(files: Readonly<Record<string, unknown>>) {
  const folder = tempDir()
  mkdirSync(join(folder, 'data'))
  for (const [name, data] of Object.entries(files))
    writeFileSync(join(folder, 'data', name), JSON.stringify({ version: 1, data }))
  const { built, notices } = await buildTestServices(folder)
  onTestFinished(() => built.dispose())
  return { services: built.services, built, notices, damaged: () => readdirSync(join(folder, 'data')).filter(isAside) }
}

function isAside(name: string): boolean {
  return name.includes('.damaged-')
}

test('tabs with names that are no longer dialed are still there, and can be saved again', async () => {
  const tabs = targets.map(target => ({
    id: randomUUID(),
    panes: [{ id: randomUUID(), target, title: 'a\u200b title' }],
  }))
  const pane = { active: 0, tabs: [{ id: randomUUID(), side: on(odd[0] as object), path: null }] }
  const files = { id: randomUUID(), left: pane, right: pane }
  const { services, notices, damaged } = await start({ 'workspace.json': { tabs: [...tabs, files], activeId: null } })
  const workspace = await services.workspace.load()
  expect(workspace.tabs.flatMap(tab => ('panes' in tab ? tab.panes : [])).map(({ target }) => target)).toEqual(targets)
  expect(workspace.tabs).toHaveLength(targets.length + 1)
  await services.workspace.save({ workspace })
  expect([notices, damaged()]).toEqual([[], []])
})

test('forwards, rules and launches of such names are still there', async () => {
  const end = { kind: 'tcp', address: '127.0.0.1', port: 0 }
  const forwards = targets.map((target, at) => ({
    ...{ id: randomUUID(), label: 'web\u202e', target, kind: 'local', listen: end, to: { ...end, port: 80 } },
    ...(at % 2 === 0 ? { passing: false } : {}),
  }))
  const rules = { 'me;id@c.example:22': 'never', '@good.example:22': 'automatic' }
  const launches = { x: { command: 'run \u200bthis', folder: '/a\u200eb', environment: '' } }
  const { services, built, notices, damaged } = await start({ 'forwards.json': { forwards, rules, launches } })
  const book = await services.forwards.list()
  expect(book.forwards.map(({ forward }) => forward.target)).toEqual(targets)
  expect(book.rules).toEqual(rules)
  const [, second] = book.forwards
  if (!second) throw new Error('no forward')
  await services.forwards.save({ forward: second.forward })
  await built.flush()
  expect([notices, damaged()]).toEqual([[], []])
})

test('transfers to such names are still there', async () => {
  const transfers = targets.map(target => ({
    id: randomUUID(),
    request: { from: { ...{ side: on(target) }, paths: ['/a\u200eb'] }, to: home },
    state: 'paused',
  }))
  const leftovers = [{ side: on(odd[2] as object), paths: ['/x.part'] }]
  const { services, notices, damaged } = await start({ 'transfers.json': { transfers, leftovers } })
  const { transfers: list } = await services.transfers.list()
  expect(list.map(({ request }) => request.from.side.target)).toEqual(targets)
  expect(list.every(({ request }) => request.from.paths[0] === '/a\u200eb')).toBe(true)
  expect([notices, damaged()]).toEqual([[], []])
})

test('bookmarks, values of snippets and hosts with such names are still there', async () => {
  const bookmarks = targets.map(target => ({ side: on(target), path: '/etc', label: 'x\u200f' }))
  const hosts = ['fine.example', 'db$(x).example'].map(address => ({
    ...{ id: randomUUID(), label: 'x\u202e', address, user: 'me;id', keyFile: '/keys/a\u200eb' },
    proxy: { kind: 'socks5', address: 'gate$(x)', port: 1080 },
  }))
  const groups = [{ id: randomUUID(), label: 'g', user: 'a{b}', proxy: { kind: 'http', address: 'a(b', port: 1 } }]
  const { services, notices, damaged } = await start({
    'settings.json': { files: { bookmarks } },
    'hosts.json': { hosts, groups },
    'snippets.json': { snippets: [], values: { [JSON.stringify(odd[0])]: { name: 'v' } } },
  })
  expect((await services.settings.get()).files.bookmarks.map(({ side }) => side.target)).toEqual(targets)
  const book = await services.hosts.list()
  expect(book.hosts.map(({ keyFile, user }) => [keyFile, user])).toEqual(hosts.map(() => ['/keys/a\u200eb', 'me;id']))
  expect(book.groups).toHaveLength(1)
  expect([notices, damaged()]).toEqual([[], []])
})

test('snippets in the mode that was called apart still run in the background', async () => {
  const snippets = [{ id: randomUUID(), name: 'x', command: 'uptime', mode: 'apart' }]
  const { services, notices, damaged } = await start({ 'snippets.json': { snippets } })
  expect((await services.snippets.list()).snippets).toMatchObject([{ name: 'x', mode: 'background' }])
  expect([notices, damaged()]).toEqual([[], []])
})

test.each(odd)('a connection to such a name is refused before anything is dialed: %j', async target => {
  const { services } = await start({})
  const size = { cols: 80, rows: 24 }
  const opened = services.terminals.open({ id: randomUUID() as never, target: targetSchema.parse(target), size })
  await expect(opened).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringMatching(/is not a valid (address|user name)\. Enter it again\.$/) as string,
  })
})
