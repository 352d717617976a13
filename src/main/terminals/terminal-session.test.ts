import { describe, expect, it, onTestFinished, vi } from 'vitest'

import type { TerminalReplay, ToTerminal } from '../../shared/contract/terminals.ts'
import type { Shell, ShellEnd } from './shell.ts'
import type { StreamPort } from '../../shared/base/stream-port.ts'
import { TerminalSession } from './terminal-session.ts'

function setUp() {
  let emit: (data: Buffer) => void = () => {}
  let end: (end: ShellEnd) => void = () => {}
  const shell = {
    onData: (listener: typeof emit) => void (emit = listener),
    onEnd: (listener: typeof end) => void (end = listener),
    write: vi.fn(),
    resize: vi.fn(),
    pause: vi.fn(),
    resume: vi.fn(),
    dispose: vi.fn(),
  } satisfies Shell
  const { port, posted, receive, close } = page()
  const ended = vi.fn()
  const session = new TerminalSession({ shell, size, onEnd: ended })
  session.attach(port)
  onTestFinished(() => session.dispose())
  return {
    session,
    shell,
    posted,
    ended,
    emit: (data: Buffer) => emit(data),
    end: (value: ShellEnd) => end(value),
    receive,
    close,
  }
}

/** A page's end of a terminal's port. */
function page() {
  let receive: (message: unknown) => void = () => {}
  let closed: () => void = () => {}
  const posted: Uint8Array[] = []
  const replays: TerminalReplay[] = []
  const port = {
    post: (message: unknown) => {
      const sent = message as ToTerminal
      if ('data' in sent) posted.push(sent.data)
      else if ('replay' in sent) replays.push(sent.replay)
    },
    onMessage: (listener: typeof receive) => void (receive = listener),
    onClosed: (listener: typeof closed) => void (closed = listener),
    dispose: vi.fn(),
  } satisfies StreamPort
  return { port, posted, replays, receive: (message: unknown) => receive(message), close: () => closed() }
}

const size = { cols: 80, rows: 24 }

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('TerminalSession', () => {
  it('passes bytes on undecoded, what comes in one turn as one message', async () => {
    const { emit, posted } = setUp()
    emit(Buffer.from([0xe2, 0x82]))
    emit(Buffer.from([0xac, 0x00, 0xff]))
    await turn()
    expect(posted.map(data => [...data])).toEqual([[0xe2, 0x82, 0xac, 0x00, 0xff]])
    // Only these bytes are sent: a pooled Buffer would include its neighbors.
    expect(posted[0]?.buffer.byteLength).toBe(5)
  })

  it('pauses a flood until the screen has caught up', async () => {
    const { emit, shell, receive } = setUp()
    emit(Buffer.alloc(1024 * 1024))
    expect(shell.pause).toHaveBeenCalledTimes(1)
    receive({ ack: 1024 * 1024 })
    expect(shell.resume).toHaveBeenCalledTimes(1)
    await turn()
  })

  it('ignores messages that are not part of the contract', () => {
    const { receive, shell } = setUp()
    for (const junk of [
      null,
      1,
      {},
      { input: 'text' },
      { ack: -1 },
      { ack: 1, input: new Uint8Array(1) },
      { input: new Uint8Array(17 * 1024 * 1024) },
    ])
      receive(junk)
    expect(shell.write).not.toHaveBeenCalled()
    expect(shell.resume).not.toHaveBeenCalled()
  })

  it('delivers the last bytes before it reports the end', async () => {
    const { emit, end, posted, ended } = setUp()
    ended.mockImplementation(() => expect(posted).toHaveLength(1))
    emit(Buffer.from('bye'))
    end({ kind: 'exited', exit: { code: 0, signal: null } })
    expect(ended).toHaveBeenCalledTimes(1)
    await turn()
  })

  it('continues on another page, which gets the output from before and in between', async () => {
    const { session, emit, close, receive, shell } = setUp()
    session.resize({ cols: 100, rows: 30 })
    emit(Buffer.from('before '))
    await turn()
    close()
    emit(Buffer.from('meanwhile '))
    await turn()
    const next = page()
    session.attach(next.port)
    emit(Buffer.from('after'))
    await turn()
    expect(next.replays.map(({ bytes, ...rest }) => ({ text: String(Buffer.from(bytes)), ...rest }))).toEqual([
      { text: 'before meanwhile ', size: { cols: 100, rows: 30 }, whole: true },
    ])
    expect(next.posted.map(data => String(Buffer.from(data)))).toEqual(['after'])
    next.receive({ input: new Uint8Array([120]) })
    receive({ input: new Uint8Array([121]) })
    expect(shell.write.mock.calls).toEqual([[new Uint8Array([120])]])
    expect(shell.dispose).not.toHaveBeenCalled()
  })

  it('lets a program print while there is no page, even if the last one acknowledged nothing', () => {
    const { emit, close, shell } = setUp()
    emit(Buffer.alloc(1024 * 1024))
    expect(shell.pause).toHaveBeenCalledTimes(1)
    close()
    expect(shell.resume).toHaveBeenCalledTimes(1)
    emit(Buffer.alloc(2 * 1024 * 1024))
    expect(shell.pause).toHaveBeenCalledTimes(1)
  })

  it('waits for the next page as long as it takes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { session, shell, close, emit } = setUp()
    close()
    vi.advanceTimersByTime(24 * 3_600_000)
    emit(Buffer.from('still here'))
    await turn()
    const next = page()
    session.attach(next.port)
    expect(next.replays.map(({ bytes }) => String(Buffer.from(bytes)))).toEqual(['still here'])
    expect(shell.dispose).not.toHaveBeenCalled()
  })
})
