import { afterEach, expect, onTestFinished, test, vi } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import { builtInPresets } from '../../shared/contract/presets.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { portOfSomeoneElse, presetOf } from '../presets/remote-services.ts'
import { FoundPorts, type FoundPortsParts, type ScannedPort } from './found-ports.ts'

const target: Target = { kind: 'address', address: 'gpu-box', port: 22, user: 'ada', jumps: [], keyFile: null }

interface Listening {
  readonly port: number
  readonly uid?: number
  readonly process?: string
}

/** The output of the scan script on Linux, signed in as `user`. */
function scanned(ports: readonly Listening[], user = 1000): string {
  const pid = (index: number) => 1_000 + index
  return [
    '@ss',
    ...ports.map(({ port }, at) => `LISTEN 0 9 127.0.0.1:${port} 0.0.0.0:* users:(("x",pid=${pid(at)},fd=3))`),
    '@args',
    ...ports.map(({ process = 'python3 app.py' }, at) => `${pid(at)} ${process}`),
    '@uids',
    ...ports.flatMap(({ uid }, at) => (uid === undefined ? [] : [`/proc/${pid(at)}/status:Uid:\t${uid}\t${uid}`])),
    '@load',
    '0.10 0.1 0.1 1/1 1',
    '4',
    '@user',
    String(user),
  ].join('\n')
}

function rig(run: FoundPortsParts['run']) {
  const looks: (readonly ScannedPort[])[] = []
  const bugs: unknown[] = []
  const troubles: (readonly string[])[] = []
  const found = new FoundPorts({
    run,
    services: {
      presetOf: port => presetOf(port, builtInPresets),
      isSomeoneElses: port => builtInPresets.some(preset => portOfSomeoneElse(preset, [port]) !== null),
    },
    onLooked: (_target, ports) => looks.push(ports),
    onTroubles: () => troubles.push(found.troubles.map(({ text }) => text)),
    reportBug: (_where, error) => bugs.push(error),
  })
  onTestFinished(() => found.dispose())
  return { found, looks, bugs, troubles }
}

afterEach(() => void vi.useRealTimers())

test('shows the program and the script of a process, but none of its other arguments', async () => {
  const process = '/usr/bin/python3 /srv/demo.py --password=hunter2 postgres://u:pw@db'
  const { found, looks } = rig(async () => scanned([{ port: 3000, uid: 1000, process }]))
  found.watch([target])
  await vi.waitFor(() => expect(looks).toHaveLength(1))
  expect(found.all).toEqual([
    { target, port: 3000, process: 'python3 demo.py', pid: 1000, owner: 'self', presetId: null },
  ])
  expect(found.at(target, 3000)?.process).toBe('python3 demo.py')
  expect(found.at(target, 3001)).toBeNull()
})

test('a host that runs no scripts is reported once, not as having no listening ports', async () => {
  const why = 'gpu-box could not run a command for Hawser (exit code 1). Its output: “Please log in first”.'
  let refuses = true
  vi.useFakeTimers()
  const { found, looks, troubles } = rig(async () => {
    if (refuses) throw new AppError('unsupported', why)
    return scanned([{ port: 3000 }])
  })
  found.watch([target])
  await vi.advanceTimersByTimeAsync(12_000)
  expect([troubles, looks]).toEqual([[[why]], []])
  refuses = false
  await vi.advanceTimersByTimeAsync(6_000)
  expect(troubles).toEqual([[why], []])
  expect(found.all.map(({ port }) => port)).toEqual([3000])
})

test('a process belongs to the user if it has their UID; for root, only root’s processes do', async () => {
  const ports = [{ port: 3000, uid: 0 }, { port: 3001, uid: 1000 }, { port: 3002 }]
  const own = async (user: number) => {
    const { found, looks } = rig(async () => scanned(ports, user))
    found.watch([target])
    await vi.waitFor(() => expect(looks).toHaveLength(1))
    return found.all.filter(each => each.owner === 'self').map(({ port }) => port)
  }
  expect(await own(1000)).toEqual([3001])
  expect(await own(0)).toEqual([3000])
})

test('shows another user’s service on the usual port of a page, and hidden processes nowhere else', async () => {
  const hidden = [8888, 8889, 5432].map(port => `LISTEN 0 9 0.0.0.0:${port} 0.0.0.0:*`).join('\n')
  const own = scanned([{ port: 3000, uid: 1000 }]).replace('@ss\n', `@ss\n${hidden}\n`)
  const { found, looks } = rig(async () => own)
  found.watch([target])
  await vi.waitFor(() => expect(looks).toHaveLength(1))
  expect(found.all.map(({ port, owner, presetId }) => [port, owner, presetId])).toEqual([
    [3000, 'self', null],
    [8888, 'other', null],
  ])
})

test('doesn’t take a hidden process for another user’s where the system reveals no processes', async () => {
  const { found, looks } = rig(async () => '@netstat\ntcp 0 0 127.0.0.1.8888 *.* LISTEN\n@user\n1000\n')
  found.watch([target])
  await vi.waitFor(() => expect(looks).toHaveLength(1))
  expect(found.all).toMatchObject([{ port: 8888, process: '', owner: 'unknown' }])
})

test('keeps 500 ports of a host that prints more, the user’s own first, and reports that there are more', async () => {
  const ports = Array.from({ length: 5_000 }, (_, at) => ({ port: 2_000 + at, uid: at < 4_990 ? 33 : 1000 }))
  const { found, looks } = rig(async () => scanned(ports))
  expect(found.more).toBe(false)
  found.watch([target])
  await vi.waitFor(() => expect(looks).toHaveLength(1))
  expect([found.all.length, found.more, found.all.filter(({ owner }) => owner === 'self').length]).toEqual([
    500,
    true,
    10,
  ])
})

test('a scan that fails reports nothing; a bug in it is reported', async () => {
  const answers = [
    async () => scanned([{ port: 3000, uid: 1000 }]),
    () => Promise.reject(new AppError('timed-out', 'Too slow.')),
    () => Promise.reject(new TypeError('a bug')),
  ]
  vi.useFakeTimers()
  const { found, looks, bugs } = rig(() => (answers.shift() ?? (async () => null))())
  found.watch([target])
  await vi.advanceTimersByTimeAsync(13_000)
  expect(answers).toHaveLength(0)
  expect([looks.length, found.all.length, bugs.length]).toEqual([1, 1, 1])
  // Disconnected, so nothing is known about it.
  await vi.advanceTimersByTimeAsync(6_000)
  expect([looks.at(-1), found.all]).toEqual([[], []])
})

test('a scan of a host that is no longer visible is cancelled', async () => {
  const signals: AbortSignal[] = []
  const { found } = rig((_target, _script, signal) => (signals.push(signal), new Promise(() => {})))
  found.watch([target])
  found.watch([])
  found.watch([target])
  found.dispose()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
})
