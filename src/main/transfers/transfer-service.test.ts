import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { box, here, transferRig, type Rig } from '../../testing/transfer-rig.ts'
import { transferRequest, type TransferId, type TransferSnapshot } from '../../shared/contract/transfers.ts'
import { packetType, statusCode } from '../sftp/codec.ts'
import { partPathOf } from './part-file.ts'

const kind =
  (...kinds: readonly string[]) =>
  (snapshot: TransferSnapshot | undefined) =>
    snapshot !== undefined && kinds.includes(snapshot.state.kind)
const gone = (snapshot: TransferSnapshot | undefined) => snapshot === undefined
const partsIn = (folder: string) => readdirSync(folder).filter(name => name.endsWith('.hawser-part'))

/** Starts a copy that takes seconds, and resolves once part of it is done. */
async function putBig({ service, near, put, until }: Rig, names: readonly string[] = ['big']): Promise<TransferId> {
  if (!existsSync(join(near, 'big'))) writeFileSync(join(near, 'big'), randomBytes(3_000_000))
  service.setLimits({ up: 500_000, down: 0 })
  const id = put(names)
  await until(id, snapshot => (snapshot?.progress.bytes ?? 0) >= 30_000)
  return id
}

describe('transfers', () => {
  test('are copied in order, listed, and removed from the list', async () => {
    const { service, list, near, far, put, until } = await transferRig()
    for (const name of ['a', 'b']) writeFileSync(join(near, name), name)
    const ids = [put(['a']), put(['b'])]
    for (const id of ids) await until(id, kind('done'))
    expect(list().transfers.map(({ progress }) => progress.files)).toEqual([1, 1])
    expect(readdirSync(far)).toEqual(['a', 'b'])
    expect(service.live).toBe(0)
    service.clear()
    expect(list().transfers).toEqual([])
  })

  test('whose file fails say why, keep no part file, and copy it on retry', async () => {
    let closed = true
    const { near, far, service, put, until } = await transferRig({
      habits: {
        refuse: ({ type, path }) =>
          closed && type === packetType.rename && path.endsWith('/a') ? statusCode.permissionDenied : null,
      },
    })
    for (const name of ['a', 'b']) writeFileSync(join(near, name), randomBytes(100_000))
    const id = put(['a', 'b'])
    const failed = await until(id, kind('failed'))
    expect(failed?.failures.map(({ error }) => error.code)).toEqual(['no-permission'])
    expect(readdirSync(far)).toEqual(['b'])
    closed = false
    service.retry({ id })
    await until(id, kind('done'))
    expect(readdirSync(far)).toEqual(['a', 'b'])
  })

  test.each([statusCode.permissionDenied, statusCode.failure, statusCode.noSpace])(
    'leave no empty part file where the server refuses the first byte with status %i',
    async status => {
      const { near, far, put, until } = await transferRig({
        habits: { refuse: ({ type }) => (type === packetType.write ? status : null) },
      })
      for (const [name, size] of [
        ['small', 100],
        ['large', 300_000],
      ] as const) {
        writeFileSync(join(near, name), randomBytes(size))
        await until(put([name]), kind('failed'))
      }
      expect(readdirSync(far)).toEqual([])
    },
  )

  test('pause and resume, and can be put before one another', async () => {
    const { service, list, near, far, put, until } = await transferRig()
    writeFileSync(join(near, 'a'), 'a')
    service.setLimits({ up: 1, down: 0 })
    writeFileSync(join(near, 'big'), randomBytes(1_000_000))
    const [first, second] = [put(['big']), put(['a'])]
    service.reorder({ id: second, before: first })
    expect(list().transfers.map(({ id }) => id)).toEqual([second, first])
    service.pauseAll()
    for (const id of [first, second]) await until(id, kind('paused', 'done'))
    service.setLimits({ up: 0, down: 0 })
    service.resumeAll()
    for (const id of [first, second]) {
      service.resume({ id })
      await until(id, kind('done'))
    }
    expect(readFileSync(join(far, 'big')).equals(readFileSync(join(near, 'big')))).toBe(true)
    expect(partsIn(far)).toEqual([])
  })

  test('that are cancelled while they run leave the list, with their part file', async () => {
    const whole = await transferRig()
    const { service, far, until, bugs } = whole
    const id = await putBig(whole)
    expect(partsIn(far)).toEqual(['.big.hawser-part'])
    await service.cancel({ id })
    await until(id, gone)
    await expect.poll(() => readdirSync(far)).toEqual([])
    expect(bugs).toEqual([])
  })

  test('that are cancelled when they are paused leave no part file, after a restart too', async () => {
    const before = await transferRig()
    const id = await putBig(before)
    before.service.pause({ id })
    await before.until(id, kind('paused'))
    expect(partsIn(before.far)).toEqual(['.big.hawser-part'])
    const after = await before.again('quit')
    await after.service.cancel({ id })
    expect(readdirSync(after.far)).toEqual([])
  })

  test('that are cancelled while their host is unreachable lose their part file when it is back, even after a restart', async () => {
    for (const restart of [false, true]) {
      const first = await transferRig()
      const id = await putBig(first)
      first.cut()
      await first.until(id, kind('waiting'))
      await first.service.cancel({ id })
      expect([first.list().transfers, partsIn(first.far)]).toEqual([[], ['.big.hawser-part']])
      const later = restart ? await first.again('quit') : first
      later.restore()
      // The user opens a pane on the host.
      const borrowed = await later.sides.borrow(box)
      await expect.poll(() => readdirSync(later.far)).toEqual([])
      borrowed.dispose()
      await expect.poll(() => later.file.value.leftovers).toEqual([])
    }
  })

  test('lose the folder in which a killed program unpacked small files when they are cancelled', async () => {
    const folder = tempDir()
    const [far, id] = [join(folder, 'far'), randomUUID()]
    const stage = partPathOf(join(far, 'stage'))
    mkdirSync(stage, { recursive: true })
    writeFileSync(join(stage, 'f0'), 'half')
    const request = { from: { side: here, paths: [join(folder, 'near', 'a')] }, to: { side: box, path: far } }
    const parts = { [join(far, 'stage')]: { size: 0, mtimeMs: null } }
    writeFileSync(
      join(folder, 'transfers.json'),
      JSON.stringify({ version: 1, data: { transfers: [{ id, request, state: 'open', parts, begun: true }] } }),
    )
    const { service, list } = await transferRig({}, folder)
    expect(list().transfers.map(({ state }) => state.kind)).toEqual(['paused'])
    await service.cancel({ id: id as TransferId })
    expect(readdirSync(far)).toEqual([])
  })

  test('remember across restarts the links that a host sent, and never write through them', async () => {
    const before = await transferRig()
    writeFileSync(join(before.near, 'precious'), 'precious')
    symlinkSync(join(before.near, 'precious'), join(before.far, 'log'))
    await before.until(before.get(['log']), kind('done'))
    expect(readlinkSync(join(before.near, 'log'))).toBe(join(before.near, 'precious'))
    const after = await before.again('quit')
    unlinkSync(join(after.far, 'log'))
    writeFileSync(join(after.far, 'log'), 'bad')
    await after.until(after.get(['log'], { conflict: 'replace' }), kind('done'))
    expect(readFileSync(join(after.near, 'precious'), 'utf8')).toBe('precious')
    expect(readFileSync(join(after.near, 'log'), 'utf8')).toBe('bad')
  })

  // A server that restarts, or that is overloaded, closes new connections before the sign-in.
  const refusals = ['unreachable', 'server-refused'] as const
  test.each(refusals)(
    'resume automatically after a lost connection (then %s), and end with no part file',
    async code => {
      let stuck = true
      const { near, far, put, until, cut, restore } = await transferRig({
        habits: { silent: ({ type, offset = 0 }) => stuck && type === packetType.write && offset >= 1_000_000 },
      })
      writeFileSync(join(near, 'big'), randomBytes(3_000_000))
      const id = put(['big'])
      await until(id, snapshot => (snapshot?.progress.bytes ?? 0) >= 1_000_000)
      stuck = false
      cut(code)
      // The second try is refused, and waits longer.
      await until(
        id,
        snapshot => snapshot?.state.kind === 'waiting' && snapshot.state.error.message === 'No way there.',
      )
      restore()
      await until(id, kind('done'))
      expect(readdirSync(far)).toEqual(['big'])
      expect(readFileSync(join(far, 'big')).equals(readFileSync(join(near, 'big')))).toBe(true)
    },
  )

  test('whose source has disappeared on resume delete its part file', async () => {
    const whole = await transferRig()
    const { service, near, far, until } = whole
    writeFileSync(join(near, 'a'), 'a')
    const id = await putBig(whole, ['a', 'big'])
    service.pause({ id })
    await until(id, kind('paused'))
    rmSync(join(near, 'big'))
    service.resume({ id })
    await until(id, kind('failed'))
    await service.cancel({ id })
    expect(readdirSync(far)).toEqual(['a'])
  })

  test('keep the part file that another transfer resumes', async () => {
    const whole = await transferRig()
    const { service, far, until } = whole
    const first = await putBig(whole)
    service.pause({ id: first })
    await until(first, kind('paused'))
    const second = await putBig(whole)
    service.pause({ id: second })
    await until(second, kind('paused'))
    await service.cancel({ id: first })
    expect(partsIn(far)).toEqual(['.big.hawser-part'])
    await service.cancel({ id: second })
    expect(readdirSync(far)).toEqual([])
  })

  test('ignore calls about unlisted transfers', async () => {
    const { service } = await transferRig()
    const id = '00000000-0000-4000-8000-000000000000' as TransferId
    for (const call of ['pause', 'resume', 'retry'] as const) expect(service[call]({ id })).toBeUndefined()
    service.reorder({ id, before: null })
    await expect(service.cancel({ id })).resolves.toBeUndefined()
    expect(service.list()).toEqual({ transfers: [], limits: { up: 0, down: 0 } })
  })

  test('keep list and limits across a restart', async () => {
    const before = await transferRig()
    writeFileSync(join(before.near, 'a'), 'a')
    const id = before.put(['a'])
    before.service.setLimits({ up: 1_000_000, down: 2_000_000 })
    await before.until(id, kind('done'))
    const { list } = await before.again('quit')
    expect(list().limits).toEqual({ up: 1_000_000, down: 2_000_000 })
    expect(list().transfers.map(each => [each.id, each.state.kind])).toEqual([[id, 'done']])
  })
})

describe('a conflict', () => {
  test.each(['stop', 'later'] as const)(
    'that is answered with %s leaves both files, and the transfer only to go on',
    async how => {
      const { list, near, far, put } = await transferRig({ answer: how === 'stop' ? { kind: 'stop' } : null })
      writeFileSync(join(near, 'a'), 'new')
      writeFileSync(join(far, 'a'), 'old')
      put(['a'])
      const left = () => list().transfers.map(({ state }) => state.kind)
      await expect.poll(left).toEqual(how === 'stop' ? [] : ['paused'])
      expect([readFileSync(join(far, 'a'), 'utf8'), readdirSync(far)]).toEqual(['old', ['a']])
    },
  )
})

describe('a move', () => {
  test('that resumes never deletes what the user had skipped, even if it looks the same', async () => {
    let refused = true
    const { service, near, far, put, until } = await transferRig({
      answer: { kind: 'conflict', choice: 'skip', all: true },
      habits: {
        refuse: ({ type, path }) =>
          refused && type === packetType.open && path.includes('.b.') ? statusCode.permissionDenied : null,
      },
    })
    for (const [folder, name] of [
      [near, 'a'],
      [near, 'b'],
      [far, 'a'],
    ] as const) {
      writeFileSync(join(folder, name), `${name}${name}`)
      utimesSync(join(folder, name), 1_600_000_000, 1_600_000_000)
    }
    writeFileSync(join(far, 'a'), 'XX')
    utimesSync(join(far, 'a'), 1_600_000_000, 1_600_000_000)
    const id = put(['a', 'b'], { move: true })
    await until(id, kind('failed'))
    refused = false
    service.retry({ id })
    await until(id, kind('done'))
    expect([readdirSync(near), readdirSync(far)]).toEqual([['a'], ['a', 'b']])
    expect([readFileSync(join(near, 'a'), 'utf8'), readFileSync(join(far, 'a'), 'utf8')]).toEqual(['aa', 'XX'])
  })

  test('that was interrupted between copy and deletion ends with the deletion', async () => {
    let stuck = true
    const { service, near, far, get, until } = await transferRig({
      habits: {
        refuse: ({ type, path }) =>
          stuck && type === packetType.remove && path.endsWith('/a') ? statusCode.permissionDenied : null,
      },
    })
    writeFileSync(join(far, 'a'), 'aa')
    const id = get(['a'], { move: true })
    await until(id, kind('failed'))
    // The copy is complete, and its source still exists.
    expect([readFileSync(join(far, 'a'), 'utf8'), readFileSync(join(near, 'a'), 'utf8')]).toEqual(['aa', 'aa'])
    stuck = false
    service.retry({ id })
    await until(id, kind('done'))
    expect([readdirSync(far), readdirSync(near)]).toEqual([[], ['a']])
    expect(readFileSync(join(near, 'a'), 'utf8')).toBe('aa')
  })
})

test('the name of a copy is a single safe name', () => {
  const request = { from: { side: here, paths: ['/a'] }, to: { side: here, path: '/b' } }
  for (const rename of ['../x', 'a/b', '.', '..', '', 'a\0b', '/'])
    expect(transferRequest.safeParse({ ...request, rename }).success).toBe(false)
  expect(transferRequest.parse({ ...request, rename: 'a b' }).rename).toBe('a b')
})
