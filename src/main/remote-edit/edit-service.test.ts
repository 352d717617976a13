import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, onTestFinished, test, vi } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import type { HostId } from '../../shared/contract/hosts.ts'
import type { Answer, Question } from '../../shared/contract/prompts.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { FileSides } from '../files/file-sides.ts'
import { LocalFiles } from '../files/local-files.ts'
import { EditService } from './edit-service.ts'

const side = {
  target: { kind: 'host' as const, hostId: '6f1f7a4e-53c1-4c37-9f5c-5f3a8b1b2c3d' as HostId },
  root: false,
}
const day = 86_400_000

interface Rig {
  readonly remote: string
  readonly notices: string[]
  readonly bugs: unknown[]
  /** The copies that editors were started with. */
  readonly opened: string[]
  readonly questions: Question[]
  answer: (question: Question, signal: AbortSignal) => Promise<Answer | null>
  /** Cuts or restores the connection to the host. */
  cut(failure: Error | null): void
  /** Connects the host, like a user who looks at its files. */
  connect(): Promise<void>
  start(now?: () => number): EditService
  /** Ends everything that was started. */
  end(): void
  open(service: EditService): Promise<string>
}

/** A "host" whose files are in a local folder, with a connection that can be cut. */
function rig(): Rig {
  const folder = tempDir()
  const remote = join(folder, 'train.py')
  writeFileSync(remote, 'one\n')
  let failure: Error | null = null
  const files = new Proxy(new LocalFiles(), {
    get: (local, name) => {
      const value: unknown = Reflect.get(local, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) =>
        failure && name !== 'dispose' ? Promise.reject(failure) : value.apply(local, args)
    },
  })
  let sides = new FileSides(() => (failure ? Promise.reject(failure) : Promise.resolve(files)))
  const [notices, bugs, opened, questions] = [[] as string[], [] as unknown[], [] as string[], [] as Question[]]
  const made: EditService[] = []
  onTestFinished(() => {
    self.end()
    sides.dispose()
  })
  const self: Rig = {
    remote,
    notices,
    bugs,
    opened,
    questions,
    answer: () => Promise.resolve(null),
    cut: next => void (failure = next),
    connect: async () => (await sides.borrow(side)).dispose(),
    start: now => {
      const service = new EditService({
        sides,
        prompter: {
          ask: (question, { signal }) => {
            questions.push(question)
            return self.answer(question, signal)
          },
        },
        folder: join(folder, 'edits'),
        openEditor: path => {
          opened.push(path)
          return Promise.resolve()
        },
        showNotice: (_level, text) => notices.push(text),
        reportBug: (_where, error) => bugs.push(error),
        settleMs: 10,
        ...(now ? { now } : {}),
      })
      made.push(service)
      return service
    },
    end: () => {
      for (const service of made) service.dispose()
      sides.dispose()
      sides = new FileSides(() => (failure ? Promise.reject(failure) : Promise.resolve(files)))
    },
    open: async service => {
      await service.open({ place: { side, path: remote } })
      return opened.at(-1) as string
    },
  }
  return self
}

const read = (path: string) => readFileSync(path, 'utf8')

const lost = new AppError('lost', 'The connection was lost.')

test('a save in the editor is uploaded to the host', async () => {
  const at = rig()
  const copy = await at.open(at.start())
  writeFileSync(copy, 'two\n')
  await vi.waitFor(() => expect(read(at.remote)).toBe('two\n'))
  writeFileSync(copy, 'three\n')
  await vi.waitFor(() => expect(read(at.remote)).toBe('three\n'))
  expect(at.bugs).toEqual([])
})

test('after a conflict whose question failed on a lost connection, later saves are uploaded', async () => {
  const at = rig()
  const service = at.start()
  const copy = await at.open(service)
  writeFileSync(at.remote, 'theirs, longer\n')
  // The connection is lost while the two versions are compared.
  at.answer = () => {
    at.cut(lost)
    return Promise.resolve({ kind: 'conflict', choice: 'replace', all: false })
  }
  writeFileSync(copy, 'two\n')
  await vi.waitFor(() => expect(service.unsent()).toMatchObject([{ why: lost.message, retries: true, path: copy }]))
  at.cut(null)
  at.answer = () => Promise.resolve({ kind: 'conflict', choice: 'replace', all: false })
  writeFileSync(copy, 'three\n')
  await vi.waitFor(() => expect(read(at.remote)).toBe('three\n'))
  writeFileSync(copy, 'four\n')
  await vi.waitFor(() => expect(read(at.remote)).toBe('four\n'))
  await vi.waitFor(() => expect(service.unsent()).toEqual([]))
  expect(at.bugs).toEqual([])
})

test('a question that can’t be asked counts as "not now": the changes are offered, and the next save is uploaded', async () => {
  const at = rig()
  const service = at.start()
  const copy = await at.open(service)
  writeFileSync(at.remote, 'theirs, longer\n')
  at.answer = () => Promise.reject(new Error('no window'))
  writeFileSync(copy, 'two\n')
  await vi.waitFor(() => expect(service.unsent()).toMatchObject([{ retries: false }]))
  expect(read(at.remote)).toBe('theirs, longer\n')
  at.answer = () => Promise.resolve({ kind: 'conflict', choice: 'keep-both', all: false })
  service.send({ id: service.unsent()[0]!.id })
  const folder = join(at.remote, '..')
  const names = () => readdirSync(folder).filter(name => name.startsWith('train.py.mine-'))
  await vi.waitFor(() => expect(names().map(name => read(join(folder, name)))).toEqual(['two\n']))
  writeFileSync(copy, 'three\n')
  await vi.waitFor(() => expect(names().map(name => read(join(folder, name)))).toEqual(['three\n']))
  expect(at.questions).toHaveLength(2)
  expect(read(at.remote)).toBe('theirs, longer\n')
})

test('a failed upload is retried when the user has connected the host again', async () => {
  const at = rig()
  const copy = await at.open(at.start())
  // The first run ends with a save that stays in its copy.
  const second = await restarted(at, copy)
  at.cut(new AppError('needs-answer', 'It asks for a password.'))
  second.send({ id: second.unsent()[0]!.id })
  await vi.waitFor(() => expect(second.unsent()).toMatchObject([{ retries: true, why: 'It asks for a password.' }]))
  at.cut(null)
  await at.connect()
  await vi.waitFor(() => expect(read(at.remote)).toBe('not sent\n'))
  expect(second.unsent()).toEqual([])
})

test('a save just before quitting is offered after a restart, and dropped at the user’s request', async () => {
  const at = rig()
  const copy = await at.open(at.start())
  const service = await restarted(at, copy)
  expect(read(at.remote)).toBe('one\n')
  const [unsent] = service.unsent()
  expect(unsent).toMatchObject({ place: { path: at.remote }, path: copy, retries: false })
  await service.drop({ id: unsent!.id })
  expect(service.unsent()).toEqual([])
  expect(read(copy)).toBe('not sent\n')
  const third = at.start()
  await third.restore()
  expect(third.unsent()).toEqual([])
})

test('an editor that stays open over a restart still saves to the host', async () => {
  const at = rig()
  const first = at.start()
  const copy = await at.open(first)
  first.dispose()
  await at.start().restore()
  writeFileSync(copy, 'two\n')
  await vi.waitFor(() => expect(read(at.remote)).toBe('two\n'))
})

test('after a week copies are deleted, but never one whose changes were not uploaded', async () => {
  const at = rig()
  const first = at.start()
  const clean = await at.open(first)
  const changed = await at.open(first)
  const touched = await at.open(first)
  first.dispose()
  writeFileSync(changed, 'not sent\n')
  const now = Date.now()
  for (const copy of [clean, changed, touched]) {
    const then = new Date(now - 8 * day)
    utimesSync(copy, then, then)
    utimesSync(join(copy, '..'), then, then)
  }
  // Written in place: the folder's own time is unchanged.
  const yesterday = new Date(now - day)
  utimesSync(touched, yesterday, yesterday)
  const service = at.start(() => now)
  await service.restore()
  expect([clean, changed, touched].map(existsSync)).toEqual([false, true, true])
  expect(service.unsent().map(({ path }) => path)).toEqual([changed])
  const later = at.start(() => now + 30 * day)
  await later.restore()
  expect([changed, touched].map(existsSync)).toEqual([true, false])
})

test('a file deleted on the host is created again only at the user’s request, and never over a new one', async () => {
  const at = rig()
  const service = at.start()
  const copy = await at.open(service)
  rmSync(at.remote)
  writeFileSync(copy, 'two\n')
  await vi.waitFor(() =>
    expect(service.unsent()).toMatchObject([{ why: expect.stringContaining('deleted') as string }]),
  )
  writeFileSync(at.remote, 'by somebody else\n')
  service.send({ id: service.unsent()[0]!.id })
  await vi.waitFor(() => expect(at.questions).toHaveLength(1))
  await vi.waitFor(() => expect(service.unsent()).toHaveLength(1))
  expect(read(at.remote)).toBe('by somebody else\n')
  rmSync(at.remote)
  service.send({ id: service.unsent()[0]!.id })
  await vi.waitFor(() => expect(existsSync(at.remote) && read(at.remote)).toBe('two\n'))
})

test('opening a file again whose changes are not uploaded opens the same copy', async () => {
  const at = rig()
  const service = at.start()
  const copy = await at.open(service)
  at.cut(lost)
  writeFileSync(copy, 'two\n')
  await vi.waitFor(() => expect(service.unsent()).toHaveLength(1))
  expect(await at.open(service)).toBe(copy)
})

test('no copy stays behind when no editor can be started', async () => {
  const folder = tempDir()
  const remote = join(folder, 'x')
  writeFileSync(remote, 'x')
  const sides = new FileSides(() => Promise.resolve(new LocalFiles()))
  const service = new EditService({
    sides,
    prompter: { ask: () => Promise.resolve(null) },
    folder: join(folder, 'edits'),
    openEditor: () => Promise.reject(new AppError('not-found', 'No text editor was found.')),
    showNotice: () => {},
    reportBug: () => {},
  })
  onTestFinished(() => {
    service.dispose()
    sides.dispose()
  })
  await expect(service.open({ place: { side, path: remote } })).rejects.toMatchObject({ code: 'not-found' })
  expect(readdirSync(join(folder, 'edits'))).toEqual([])
})

/** Ends the service during a save, and starts it again. */
async function restarted(at: Rig, copy: string): Promise<EditService> {
  writeFileSync(copy, 'not sent\n')
  at.end()
  const service = at.start()
  await service.restore()
  return service
}
