import { expect, test } from 'vitest'

import type { Entry } from '../../shared/contract/files.ts'
import { fakeReply, FakeSftp, type FakeRequest } from '../../testing/fake-sftp.ts'
import { packetType, PacketWriter } from '../sftp/codec.ts'
import { SftpSession } from '../sftp/sftp-session.ts'
import { listFolder } from './list-folder.ts'

const never = new AbortController().signal

/** Lists a folder whose n-th READDIR is answered by `names`; null ends the listing. */
async function list(names: (turn: number) => readonly (string | Uint8Array)[] | null) {
  let turn = 0
  const answer = ({ type, id }: FakeRequest) => {
    if (type === packetType.opendir) return fakeReply.handle(id)
    if (type !== packetType.readdir) return fakeReply.status(id, 0)
    const found = names(turn++)
    return found ? fakeReply.names(id, found) : fakeReply.status(id, 1)
  }
  const channel = new FakeSftp(answer)
  const session = await SftpSession.open(channel, { where: 'box', owned: { dispose: () => {} }, signal: never })
  const entries: Entry[] = []
  try {
    await listFolder(session, '/', { signal: never, mostNames: 30_000, onEntries: found => entries.push(...found) })
  } finally {
    session.dispose()
  }
  return { names: entries.map(({ name }) => name), turns: turn }
}

test('all names of many replies arrive, with requests ahead of the end', async () => {
  const { names } = await list(turn => (turn < 200 ? [`a${turn}`, `b${turn}`] : null))
  expect(names).toHaveLength(400)
})

test('names that lead out of the folder are skipped, all others are kept', async () => {
  const bad = ['../../etc/passwd', '/etc/passwd', '.', '..', '', 'a/b', 'nul\0byte']
  const good = [
    'line\nbreak',
    'tab\tname',
    '\u001b[31mred',
    '😀',
    'e\u0301',
    '$(id)',
    '-rf',
    '"quoted\'',
    'x'.repeat(255),
  ]
  const { names } = await list(turn => (turn === 0 ? [...bad, ...good] : null))
  expect(names).toEqual(good)
})

test('names that are not valid UTF-8 are listed', async () => {
  const { names } = await list(turn => (turn === 0 ? [Buffer.from([0x61, 0xff])] : null))
  expect(names).toEqual(['a\udcff'])
})

test('a folder without an end is given up', async () => {
  const hundred = Array.from({ length: 3_000 }, (_each, index) => `file${index}`)
  await expect(list(() => hundred)).rejects.toMatchObject({ code: 'server-refused' })
})

test('a server that returns empty replies forever is given up', async () => {
  await expect(list(() => [])).rejects.toMatchObject({ code: 'server-refused' })
})

test('replies to requests past the end of the names are not errors of the folder', async () => {
  let turn = 0
  const channel = new FakeSftp(({ type, id }) => {
    if (type === packetType.opendir) return fakeReply.handle(id)
    if (type !== packetType.readdir) return fakeReply.status(id, 0)
    turn++
    return turn === 1 ? fakeReply.names(id, ['a', 'b']) : fakeReply.status(id, turn === 2 ? 1 : 4)
  })
  const session = await SftpSession.open(channel, { where: 'box', owned: { dispose: () => {} }, signal: never })
  const names: string[] = []
  const onEntries = (found: readonly Entry[]) => void names.push(...found.map(({ name }) => name))
  await listFolder(session, '/', { signal: never, onEntries })
  expect(names).toEqual(['a', 'b'])
  session.dispose()
})

test('a file of an impossible size is a single odd entry', async () => {
  let turn = 0
  const channel = new FakeSftp(({ type, id }) => {
    if (type === packetType.opendir) return fakeReply.handle(id)
    if (type !== packetType.readdir || turn++ > 0) return fakeReply.status(id, type === packetType.readdir ? 1 : 0)
    const packet = new PacketWriter(packetType.name).u32(id).u32(2)
    for (const [name, size] of [
      ['odd', null],
      ['plain', 5],
    ] as const)
      packet.bytes(Buffer.from(name)).bytes(Buffer.from('')).attributes({ size, mode: 0o100644 })
    return packet
  })
  const session = await SftpSession.open(channel, { where: 'box', owned: { dispose: () => {} }, signal: never })
  const entries: Entry[] = []
  await listFolder(session, '/', { signal: never, onEntries: found => entries.push(...found) })
  expect(entries).toMatchObject([
    { name: 'odd', kind: 'file', size: 0, oddSize: true },
    { name: 'plain', size: 5 },
  ])
  expect(entries[1]).not.toHaveProperty('oddSize')
  session.dispose()
})
