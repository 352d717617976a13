import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'

import { openDiskSftp } from '../../testing/disk-sftp.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Lost } from '../ssh/redials.ts'
import type { Side, SideSnapshot } from '../../shared/contract/files.ts'
import { FileSides, sideKey, type OpenSide } from './file-sides.ts'
import type { FileSystem } from './file-system.ts'

const box = side('box')

function side(address: string): Side {
  return { target: { kind: 'address', user: null, address, port: null, jumps: [], keyFile: null }, root: false }
}

interface Dial {
  readonly side: Side
  readonly signal: AbortSignal
  readonly step: (step: string) => void
  readonly succeed: () => FakeFiles
  readonly fail: (error: Error) => void
}

interface FakeFiles extends FileSystem {
  disposed: number
}

/** Sides whose dials end when a test says so. */
function dialled() {
  const dials: Dial[] = []
  const open: OpenSide = (of, { onStep, signal }) =>
    new Promise((resolve, reject) => {
      dials.push({
        side: of,
        signal,
        step: step => onStep({ kind: 'connecting', step }),
        succeed: () => {
          const files = { disposed: 0, dispose: () => void files.disposed++ } as unknown as FakeFiles
          resolve(files)
          return files
        },
        fail: reject,
      })
    })
  const sides = new FileSides(open)
  onTestFinished(() => sides.dispose())
  const states = () => sides.snapshots().map(({ state }) => state.kind)
  return { sides, dials, states }
}

const turns = () => vi.advanceTimersByTimeAsync(0)
const ignored = (work: Promise<unknown>) => work.catch(() => {})

describe('sides', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('are connected once for all borrowers, and disconnected when unused for a while', async () => {
    const { sides, dials, states } = dialled()
    const both = [sides.borrow(box), sides.borrow(box)]
    expect(dials).toHaveLength(1)
    const files = dials[0]?.succeed()
    const [first, second] = await Promise.all(both)
    expect([first?.files, second?.files]).toEqual([files, files])
    first?.dispose()
    first?.dispose()
    await vi.advanceTimersByTimeAsync(60_000)
    expect([states(), files?.disposed]).toEqual([['ready'], 0])
    second?.dispose()
    await vi.advanceTimersByTimeAsync(30_000)
    expect([states(), files?.disposed]).toEqual([[], 1])
  })

  test('that a pane shows stay connected until it no longer shows them', async () => {
    const { sides, dials, states } = dialled()
    sides.keep([box])
    const borrowing = sides.borrow(box)
    const files = dials[0]?.succeed()
    ;(await borrowing).dispose()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(states()).toEqual(['ready'])
    sides.keep([])
    await vi.advanceTimersByTimeAsync(30_000)
    expect([states(), files?.disposed]).toEqual([[], 1])
  })

  test('report each step, at most every 30 ms', async () => {
    const { sides, dials } = dialled()
    const reported: (readonly SideSnapshot[])[] = []
    sides.onChanged(list => reported.push(list))
    void ignored(sides.borrow(box))
    dials[0]?.step('one')
    dials[0]?.step('two')
    await vi.advanceTimersByTimeAsync(30)
    expect(reported).toEqual([[{ side: box, state: { kind: 'connecting', step: 'two' } }]])
  })

  test('that fail are reported, and dialed again on the next request', async () => {
    const { sides, dials, states } = dialled()
    const failing = sides.borrow(box)
    dials[0]?.fail(new AppError('refused', 'No.'))
    await expect(failing).rejects.toMatchObject({ code: 'refused' })
    expect(states()).toEqual(['failed'])
    const borrowing = sides.borrow(box)
    expect(states()).toEqual(['connecting'])
    dials[1]?.succeed()
    await borrowing
    expect(states()).toEqual(['ready'])
  })

  test('that nobody waits for any more stop dialing', async () => {
    const { sides, dials, states } = dialled()
    const abort = new AbortController()
    const borrowing = sides.borrow(box, abort.signal)
    abort.abort()
    await expect(borrowing).rejects.toMatchObject({ code: 'cancelled' })
    await turns()
    expect([dials[0]?.signal.aborted, states()]).toEqual([true, []])
  })

  test('are not awaited with an already aborted signal, which doesn’t affect the dial of others', async () => {
    const { sides, dials } = dialled()
    const other = sides.borrow(box)
    await expect(sides.borrow(box, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
    await turns()
    expect(dials[0]?.signal.aborted).toBe(false)
    const files = dials[0]?.succeed()
    expect((await other).files).toBe(files)
  })

  const ends: readonly (readonly [string, (dial: Dial | undefined) => FakeFiles | undefined])[] = [
    ['succeeds', dial => dial?.succeed()],
    ['fails', dial => void dial?.fail(new AppError('timed-out', 'Late.'))],
    ['takes another step', dial => void dial?.step('late')],
  ]
  for (const [what, end] of ends)
    for (const stage of ['connecting', 'ready', 'failed'] as const)
      test(`a dial that was given up and ${what} late says nothing of its successor that is ${stage}`, async () => {
        const { sides, dials } = dialled()
        const abort = new AbortController()
        const first = sides.borrow(box, abort.signal)
        abort.abort()
        await expect(first).rejects.toMatchObject({ code: 'cancelled' })
        await turns()
        const second = sides.borrow(box)
        void ignored(second)
        expect(dials).toHaveLength(2)
        dials[1]?.step('mine')
        if (stage === 'ready') dials[1]?.succeed()
        if (stage === 'failed') dials[1]?.fail(new AppError('refused', 'No.'))
        await turns()
        const before = sides.snapshots()
        const late = end(dials[0])
        await turns()
        expect(sides.snapshots()).toEqual(before)
        expect(before.map(({ state }) => state.kind)).toEqual([stage])
        if (late) expect(late.disposed).toBe(1)
      })

  test('keys distinguish machines, users and root', () => {
    const keys = [box, side('other'), { ...box, root: true }].map(sideKey)
    expect(new Set(keys).size).toBe(3)
    expect(sideKey(side('box'))).toBe(sideKey(box))
  })

  test('dispose disconnects all, including unfinished dials, and leaves no timer', async () => {
    const { sides, dials } = dialled()
    const ready = sides.borrow(box)
    const files = dials[0]?.succeed()
    await ready
    void ignored(sides.borrow(side('other')))
    sides.dispose()
    sides.dispose()
    const late = dials[1]?.succeed()
    await turns()
    expect([files?.disposed, late?.disposed, dials[1]?.signal.aborted]).toEqual([1, 1, true])
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('a side whose server ends the session is lost, releases its files, and is dialed again on the next request', async () => {
  const servers = [await openDiskSftp(tempDir()), await openDiskSftp(tempDir())]
  let dials = 0
  const sides = new FileSides(() => Promise.resolve(servers[dials++]?.files as FileSystem))
  onTestFinished(() => {
    sides.dispose()
    for (const { files } of servers) files.dispose()
  })
  const first = await sides.borrow(box)
  const lost = new Promise<void>(resolve => {
    const following = sides.onChanged(list => {
      if (list[0]?.state.kind !== 'lost') return
      following.dispose()
      resolve()
    })
  })
  servers[0]?.server.close()
  await lost
  const second = await sides.borrow(box)
  expect(second.files).toBe(servers[1]?.files)
  // The old loan reports this to its user, and doesn't return anything of the new one.
  await expect(first.files.home()).rejects.toMatchObject({ code: 'lost' })
  first.dispose()
  expect(sides.snapshots().map(({ state }) => state.kind)).toEqual(['ready'])
})

test('a lost side that a pane shows connects again when its turn comes, without asking anything', async () => {
  const servers = [await openDiskSftp(tempDir()), await openDiskSftp(tempDir())]
  const quiets: boolean[] = []
  const turns: Lost[] = []
  const answers = [
    () => Promise.resolve(servers[0]?.files as FileSystem),
    () => Promise.reject(new AppError('refused', 'Not yet.')),
    () => Promise.reject(new AppError('needs-answer', 'It asks.')),
    () => Promise.resolve(servers[1]?.files as FileSystem),
  ]
  const sides = new FileSides(
    (_side, { quiet }) => {
      quiets.push(quiet)
      return (answers[quiets.length - 1] ?? answers[0])?.() as Promise<FileSystem>
    },
    (_side, lost) => {
      turns.push(lost)
      return { until: 0, dispose: () => {} }
    },
  )
  onTestFinished(() => {
    sides.dispose()
    for (const { files } of servers) files.dispose()
  })
  const state = () => sides.snapshots()[0]?.state.kind
  sides.keep([box])
  const first = await sides.borrow(box)
  first.dispose()
  servers[0]?.server.close()
  await expect.poll(state).toBe('lost')
  turns[0]?.run()
  await expect.poll(() => [state(), turns.length]).toEqual(['lost', 2])
  turns[1]?.run()
  await expect.poll(state).toBe('failed')
  const second = await sides.borrow(box)
  expect([second.files === servers[1]?.files, quiets, turns.length]).toEqual([true, [false, true, true, false], 2])
})
