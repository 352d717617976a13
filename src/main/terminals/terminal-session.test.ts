import { describe, expect, it, vi } from 'vitest'

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
  let receive: (message: unknown) => void = () => {}
  let closed: () => void = () => {}
  const posted: Uint8Array[] = []
  const port = {
    post: (message: unknown) => void posted.push((message as { data: Uint8Array }).data),
    onMessage: (listener: typeof receive) => void (receive = listener),
    onClosed: (listener: typeof closed) => void (closed = listener),
    dispose: vi.fn(),
  } satisfies StreamPort
  const ended = vi.fn()
  new TerminalSession({ shell, port, onEnd: ended })
  return {
    shell,
    port,
    posted,
    ended,
    emit: (data: Buffer) => emit(data),
    end: (value: ShellEnd) => end(value),
    receive: (message: unknown) => receive(message),
    close: () => closed(),
  }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('TerminalSession', () => {
  it('passes bytes on undecoded, what comes in one turn as one message', async () => {
    const { emit, posted } = setUp()
    emit(Buffer.from([0xe2, 0x82]))
    emit(Buffer.from([0xac, 0x00, 0xff]))
    await turn()
    expect(posted.map(data => [...data])).toEqual([[0xe2, 0x82, 0xac, 0x00, 0xff]])
    // Nothing but these bytes crosses: a pooled Buffer would take its neighbours along.
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

  it('ignores messages that are not of the contract', () => {
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

  it('delivers the last bytes before it tells of the end', async () => {
    const { emit, end, posted, ended } = setUp()
    ended.mockImplementation(() => expect(posted).toHaveLength(1))
    emit(Buffer.from('bye'))
    end({ kind: 'exited', exit: { code: 0, signal: null } })
    expect(ended).toHaveBeenCalledTimes(1)
    await turn()
  })

  it('ends the shell when its window is gone', () => {
    const { close, shell } = setUp()
    close()
    expect(shell.dispose).toHaveBeenCalled()
  })
})
