import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import { fakeReply, FakeSftp, type FakeAnswer, type FakeRequest } from '../../testing/fake-sftp.ts'
import { runs } from '../../testing/runs.ts'
import { packetType, PacketWriter } from './codec.ts'
import { SftpSession } from './sftp-session.ts'
import type { ByteChannel } from './sftp-wire.ts'

const never = new AbortController().signal

async function open(
  answer: (request: FakeRequest) => FakeAnswer | readonly FakeAnswer[],
  greeting?: Uint8Array | null,
) {
  const channel = new FakeSftp(answer, greeting)
  let disposed = 0
  const owned = { dispose: () => void disposed++ }
  const session = await SftpSession.open(channel, { where: 'box', owned, signal: never })
  return { channel, session, disposed: () => disposed }
}

const greetings: readonly (readonly [string, Uint8Array, string])[] = [
  ['version 6', new PacketWriter(packetType.version).u32(6).finish(), 'version 6'],
  [
    'text',
    Buffer.from('Welcome \u001b[1mto box\n'),
    'Its output: “Welcome to box”. Startup files such as ~/.bashrc must not print anything',
  ],
  ['much text', Buffer.from('x'.repeat(90_000)), 'xxx…”.'],
  ['no text', Buffer.from([0xfe, 0xfe, 0xfe, 0xfe]), 'not valid SFTP'],
  ['another packet', fakeReply.status(1, 0).finish(), 'not valid SFTP'],
  ['half a version', Buffer.from([0, 0, 0, 3, 2, 0, 0]), 'not valid SFTP'],
]

describe('a session', () => {
  afterEach(() => vi.useRealTimers())

  test.each(greetings)('that is greeted with %s is refused with a reason', async (_what, greeting, text) => {
    await expect(open(() => null, greeting)).rejects.toMatchObject({
      code: 'server-refused',
      message: expect.stringContaining(text),
    })
  })

  test('that ends before its greeting is reported as not working, with its output if there is any', async () => {
    for (const [said, text] of [
      [
        '',
        /^SFTP is not working on box: its SFTP server exited immediately\. Check “Subsystem sftp” in its sshd_config, /,
      ],
      ['no', /^box printed text before SFTP started\. Its output: “no”\./],
      ['\n', /^box printed an empty line before SFTP started\. Startup files such as/],
    ] as const) {
      const listeners = new Map<string, (data: Buffer) => void>()
      const channel: ByteChannel = {
        write: () => {
          if (said !== '') listeners.get('data')?.(Buffer.from(said))
          listeners.get('close')?.(Buffer.alloc(0))
        },
        on: (event: string, listener: (data: Buffer) => void) => void listeners.set(event, listener),
        close: () => {},
      }
      const opening = SftpSession.open(channel, { where: 'box', owned: { dispose: () => {} }, signal: never })
      await expect(opening).rejects.toMatchObject({ code: 'server-refused', message: expect.stringMatching(text) })
    }
  })

  test('that ends before its greeting is reported with its standard error and exit code', async () => {
    const listeners = new Map<string, (data: Buffer) => void>()
    const channel: ByteChannel = {
      write: () => {
        listeners.get('end')?.(Buffer.alloc(0))
        setImmediate(() => listeners.get('close')?.(Buffer.alloc(0)))
      },
      on: (event: string, listener: (data: Buffer) => void) => void listeners.set(event, listener),
      close: () => {},
    }
    const said = (errors: string, code: number) =>
      SftpSession.open(channel, {
        where: 'box',
        owned: { dispose: () => {} },
        words: () => ({ errors: Buffer.from(errors), code }),
        signal: never,
      })
    await expect(said('sh: /usr/lib/sftp-server: \u001b[31mnot found\n', 127)).rejects.toMatchObject({
      message: expect.stringContaining('(exit code 127). Its output: “sh: /usr/lib/sftp-server: not found”. Check'),
    })
    await expect(said('WARNING: Your password has expired.\n', 1)).rejects.toMatchObject({
      message: expect.stringMatching(/^The password on box has expired\. Open a terminal to box/),
    })
  })

  test('that gets no greeting gives up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const opening = open(() => null, null)
    const failed = expect(opening).rejects.toMatchObject({ code: 'timed-out' })
    await vi.advanceTimersByTimeAsync(15_000)
    await failed
  })

  test('writes to neither of two open files if its server returned the same handle for both', async () => {
    const handles = ['0', '1', '1']
    const { session } = await open(({ type, id }) =>
      type === packetType.open
        ? new PacketWriter(packetType.handle).u32(id).bytes(Buffer.from(handles.shift() ?? 'x'))
        : fakeReply.status(id, 0),
    )
    const [first, second] = [await session.open('a', { flags: 2 }), await session.open('b', { flags: 2 })]
    const mixedUp = { code: 'files-failed', message: expect.stringContaining('box confused two open files') as unknown }
    await expect(session.open('c', { flags: 2 })).rejects.toMatchObject(mixedUp)
    await expect(session.write(second, 0, Buffer.from('x'))).rejects.toMatchObject(mixedUp)
    await session.write(first, 0, Buffer.from('x'))
    expect(session.limits.handles).toBe(2)
    // Once both are closed, the handle is like any other.
    await session.close(second)
    await session.write(await session.open('d', { flags: 2 }), 0, Buffer.from('x'))
    session.dispose()
  })

  test('answers requests in any order', async () => {
    const waiting: FakeRequest[] = []
    const { session } = await open(request => {
      waiting.push(request)
      if (waiting.length < 3) return null
      return waiting.toReversed().map(({ id }) => fakeReply.attributes(id, id))
    })
    const sizes = await Promise.all(['/a', '/b', '/c'].map(path => session.stat(path)))
    expect(sizes.map(({ size }) => size)).toEqual([1, 2, 3])
    session.dispose()
  })

  test('whose server refuses reports its code and message, cleaned', async () => {
    const { session } = await open(({ id }) => fakeReply.status(id, 3, 'no\u001b[31m way\n'))
    await expect(session.remove('/a')).rejects.toMatchObject({ status: 3, message: 'no way' })
    session.dispose()
  })

  const misdeeds: readonly (readonly [string, (request: FakeRequest) => FakeAnswer | readonly FakeAnswer[]])[] = [
    ['an answer to nothing', ({ id }) => fakeReply.status(id + 99, 0)],
    ['a handle for a status', ({ id }) => fakeReply.handle(id)],
    ['names for a status', ({ id }) => fakeReply.names(id, ['x'])],
    ['a packet of 2^32 - 1 bytes', () => Buffer.from([0xff, 0xff, 0xff, 0xff, 101])],
    ['a packet of no bytes', () => Buffer.alloc(4)],
    ['a type that there is not', ({ id }) => new PacketWriter(250).u32(id)],
    ['a status that ends early', ({ id }) => new PacketWriter(packetType.status).u32(id)],
    ['the end of the channel', () => 'close'],
  ]
  test.each(misdeeds)('ends with one error at %s', async (_what, answer) => {
    const { session, channel, disposed } = await open(answer)
    const both = await Promise.allSettled([session.remove('/a'), session.remove('/b')])
    for (const each of both) expect(each).toMatchObject({ status: 'rejected', reason: { name: 'AppError' } })
    await expect(session.stat('/later')).rejects.toMatchObject({ name: 'AppError' })
    expect([channel.closed, session.isOpen, disposed()]).toEqual([true, false, 1])
  })

  test('accepts no more data than it requested, and treats none as the end', async () => {
    const { session } = await open(({ id }) => fakeReply.data(id, Buffer.alloc(0)))
    expect(await session.read(Buffer.from('h'), 0, 10)).toBeNull()
    session.dispose()
    const other = await open(({ id }) => fakeReply.data(id, Buffer.alloc(11)))
    await expect(other.session.read(Buffer.from('h'), 0, 10)).rejects.toMatchObject({ code: 'server-refused' })
  })

  test('whose server stops answering ends all pending requests after half a minute', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const { session } = await open(() => null)
    const failed = expect(Promise.all([session.stat('/a'), session.stat('/b')])).rejects.toMatchObject({
      code: 'timed-out',
    })
    vi.advanceTimersByTime(29_000)
    expect(session.isOpen).toBe(true)
    vi.advanceTimersByTime(3_000)
    await failed
    expect(session.isOpen).toBe(false)
  })

  test('whose server answers all but one request ends as well', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const { session } = await open(({ id }) => (id === 1 ? null : fakeReply.attributes(id, 1)))
    const failed = expect(session.stat('/never')).rejects.toMatchObject({ code: 'timed-out' })
    for (let second = 0; second < 700 && session.isOpen; second += 10) {
      await session.stat('/other').catch(() => {})
      vi.advanceTimersByTime(10_000)
    }
    await failed
  })

  test('closes a folder that was opened for a cancelled request', async () => {
    const { session, channel } = await open(({ id, type }) =>
      type === packetType.opendir ? fakeReply.handle(id, 'late') : fakeReply.status(id, 0),
    )
    const abort = new AbortController()
    const opening = session.openFolder('/a', abort.signal)
    abort.abort()
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' })
    await vi.waitFor(() => expect(channel.requests.map(({ type }) => type)).toContain(packetType.close))
    session.dispose()
  })

  test('rejects pending requests with the reason why it was ended', async () => {
    const { session } = await open(() => [])
    const asked = session.lstat('/never')
    session.dispose(new AppError('lost', 'The link is gone.'))
    await expect(asked).rejects.toMatchObject({ code: 'lost' })
  })

  test('never hangs and never fails otherwise, whatever bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async bytes => {
        const { session, channel } = await open(() => [bytes, 'close'])
        const [outcome] = await Promise.allSettled([session.stat('/a')])
        expect(outcome?.status === 'fulfilled' || (outcome?.reason as Error) instanceof Error).toBe(true)
        channel.close()
        session.dispose()
      }),
      { numRuns: runs(500) },
    )
  })
})
