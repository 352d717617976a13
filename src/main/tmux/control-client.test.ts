import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import { ControlClient, type ControlEnd } from './control-client.ts'
import type { ControlStream } from './control-stream.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const greeting = '%begin 1 1 0\n%end 1 1 0\n'

function setUp() {
  let [data, end]: [(data: Uint8Array) => void, (error: AppError | null) => void] = [() => {}, () => {}]
  const written: string[] = []
  const state = { isClosed: false }
  const stream: ControlStream = {
    onData: listener => void (data = listener),
    onEnd: listener => void (end = listener),
    write: bytes => void written.push(Buffer.from(bytes).toString()),
    close: () => void (state.isClosed = true),
  }
  const client = new ControlClient(stream, 'gpu-box')
  const said: string[] = []
  const ends: ControlEnd[] = []
  client.onNotified(event => said.push(event.kind))
  client.onEnded(each => ends.push(each))
  const say = (text: string) => data(Buffer.from(text))
  return { client, written, said, ends, state, say, end: (error: AppError | null = null) => end(error) }
}

const lines = (list: readonly Uint8Array[]) => list.map(line => Buffer.from(line).toString())

it('gives each command its own reply, in order', async () => {
  const { client, written, say, end } = setUp()
  say(greeting)
  await client.ready
  const replies = Promise.allSettled([client.command('list-windows'), client.command('nonsense'), client.command('ok')])
  expect(written).toEqual(['list-windows\n', 'nonsense\n', 'ok\n'])
  // A hook of the user runs in between.
  say('%begin 1 5 1\n@0\n@1\n%end 1 5 1\n%begin 1 6 0\nhook\n%end 1 6 0\n%begin 1 7 1\nunknown')
  say(' command\n%error 1 7 1\n%sessions-changed\n%begin 1 8 1\n%end 1 8 1\n')
  const [windows, failed, ok] = await replies
  expect(windows?.status === 'fulfilled' && lines(windows.value)).toEqual(['@0', '@1'])
  expect(failed).toMatchObject({ reason: { code: 'server-refused', message: 'tmux on gpu-box: unknown command' } })
  expect(ok).toEqual({ status: 'fulfilled', value: [] })
  end()
})

it('calls back before what tmux said afterwards', () => {
  const { client, said, say, end } = setUp()
  say(greeting)
  const seen: unknown[] = []
  client.request(['a', 'b'], reply => seen.push(reply.kind, [...said]))
  // The rest of a list is left out after an error.
  client.request(['c', 'd', 'e'], reply => seen.push(reply.kind, [...said]))
  say('%sessions-changed\n%begin 1 5 1\n%end 1 5 1\n%begin 1 6 1\n%end 1 6 1\n%pause %0\n')
  say('%begin 1 7 1\n%end 1 7 1\n%begin 1 8 1\nno\n%error 1 8 1\n%continue %0\n')
  expect(seen).toEqual(['done', ['sessions-changed'], 'failed', ['sessions-changed', 'pause']])
  expect(said).toEqual(['sessions-changed', 'pause', 'continue'])
  end()
})

it('refuses a line break in a command', () => {
  const { client, end } = setUp()
  expect(() => client.request(['a\nb'], () => {})).toThrow('line break')
  end()
})

it('rejects what waits when the stream ends, and everything afterwards', async () => {
  const { client, ends, say, end, state } = setUp()
  say(greeting)
  const waiting = expect(client.command('a')).rejects.toMatchObject({ code: 'lost', message: 'The host is gone.' })
  end(new AppError('lost', 'The host is gone.'))
  await waiting
  await expect(client.command('b')).rejects.toMatchObject({ code: 'lost' })
  expect(ends).toMatchObject([{ kind: 'lost' }])
  expect(state.isClosed).toBe(true)
})

it('ends when tmux sends something else', async () => {
  const { client, ends, say, said, state } = setUp()
  say(`${greeting}Segmentation fault\n%sessions-changed\n`)
  await client.ready
  expect(ends).toMatchObject([{ kind: 'lost', error: { code: 'unsupported' } }])
  expect([said, state.isClosed]).toEqual([[], true])
})

it('says why it could not attach', async () => {
  const { client, say } = setUp()
  say("%begin 1 1 0\ncan't find session: x\n%error 1 1 0\n%exit\n")
  await expect(client.ready).rejects.toMatchObject({ message: "tmux on gpu-box: can't find session: x" })
})

it('waits for the end of the stream after %exit', () => {
  const { ends, say, end } = setUp()
  say(`${greeting}%exit server exited\n`)
  expect(ends).toEqual([])
  end()
  expect(ends).toEqual([{ kind: 'exit', reason: 'server exited' }])
  const hanging = setUp()
  hanging.say(`${greeting}%exit\n`)
  vi.advanceTimersByTime(2_000)
  expect(hanging.ends).toEqual([{ kind: 'exit', reason: '' }])
})

it('gives up on a tmux that is silent, but not while it says something', async () => {
  const { client, ends, say } = setUp()
  say(greeting)
  vi.advanceTimersByTime(100_000)
  expect(ends).toEqual([])
  const answer = expect(client.command('a')).rejects.toMatchObject({ code: 'timed-out' })
  vi.advanceTimersByTime(19_000)
  // A busy pane on a slow link.
  say('%output %0 x\n')
  vi.advanceTimersByTime(19_000)
  expect(ends).toEqual([])
  vi.advanceTimersByTime(1_000)
  await answer
  expect(ends).toMatchObject([{ kind: 'lost', error: { code: 'timed-out' } }])
})

it('gives up on a greeting that does not come', async () => {
  const { client } = setUp()
  const ready = expect(client.ready).rejects.toMatchObject({ code: 'timed-out' })
  vi.advanceTimersByTime(20_000)
  await ready
})

it('detaches, and closes the stream of a tmux that hangs', async () => {
  const { client, written, say, end, ends } = setUp()
  say(greeting)
  const left = client.detach()
  expect(written).toEqual(['\n'])
  say('%exit\n')
  end()
  await left
  expect(ends).toEqual([{ kind: 'exit', reason: '' }])
  const hanging = setUp()
  hanging.say(greeting)
  const given = hanging.client.detach()
  vi.advanceTimersByTime(1_000)
  await given
  expect(hanging.state).toEqual({ isClosed: true })
})
