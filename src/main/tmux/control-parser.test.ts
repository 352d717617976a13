import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { ControlParser, type ControlEvent } from './control-parser.ts'

// Recorded from tmux 3.3a, with an error, a split window and output that isn't UTF-8 added.
const session = Buffer.concat([
  Buffer.from(`%begin 1795936366 259 0
%end 1795936366 259 0
%window-add @0
%sessions-changed
%session-changed $0 naïve
%begin 1795936366 265 1
%end 1795936366 265 1
%layout-change @0 b25d,80x24,0,0,0 b25d,80x24,0,0,0 *
%begin 1795936366 269 1
%pause %0
%end 1795936366 269 1
%begin 1795936366 270 1
%0,0,,8,16,24,32,40,48,56,64,72,vm

%end 1795936366 269 1
%end 1795936366 270 1
%begin 1795936366 277 1
can't find pane: %99
%error 1795936366 277 1
%subscription-changed hawser $0 @0 0 %0 : bash|/tmp : x
%extended-output %0 12 : a : b\\134n\\015\\012
%output %12 naïve \\033[1m`),
  Buffer.from([0xff, 0x80, 0xe2, 0x0a]),
  Buffer.from(`%pane-mode-changed %0
%session-window-changed $0 @1
%window-pane-changed @1 %2
%window-renamed @1 two words
%unlinked-window-close @7
%client-session-changed client-7 $1 other
%something-new @1 %2
%window-close @1
%exit detached
%sessions-changed
`),
])

function eventsOf(...chunks: readonly Uint8Array[]): readonly ControlEvent[] {
  const events: ControlEvent[] = []
  const parser = new ControlParser(event => events.push(event))
  for (const chunk of chunks) parser.push(chunk)
  return events
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
const lines = (...list: readonly string[]) => list.map(line => new Uint8Array(Buffer.from(line)))
const of = (line: string) => eventsOf(Buffer.from(`${line}\n`))

describe('reading', () => {
  it('reads replies, notifications and output', () => {
    const guard = { own: true, failed: false, cut: false }
    expect(eventsOf(session)).toEqual([
      { kind: 'greeting', block: { ...guard, own: false, number: 259, lines: [] } },
      { kind: 'window-add', window: 0, elsewhere: false },
      { kind: 'sessions-changed' },
      { kind: 'session-changed', session: 0, name: 'naïve' },
      { kind: 'block', block: { ...guard, number: 265, lines: [] } },
      { kind: 'layout-change', window: 0, layout: 'b25d,80x24,0,0,0', visible: 'b25d,80x24,0,0,0' },
      { kind: 'block', block: { ...guard, number: 269, lines: lines('%pause %0') } },
      {
        kind: 'block',
        block: {
          ...guard,
          number: 270,
          lines: lines('%0,0,,8,16,24,32,40,48,56,64,72,vm', '', '%end 1795936366 269 1'),
        },
      },
      { kind: 'block', block: { ...guard, number: 277, failed: true, lines: lines("can't find pane: %99") } },
      { kind: 'subscription-changed', name: 'hawser', pane: 0, value: 'bash|/tmp : x' },
      { kind: 'output', pane: 0, data: new Uint8Array(Buffer.from('a : b\\n\r\n')) },
      {
        kind: 'output',
        pane: 12,
        data: new Uint8Array([...Buffer.from('naïve \u001b[1m'), 0xff, 0x80, 0xe2]),
      },
      { kind: 'pane-mode-changed', pane: 0 },
      { kind: 'session-window-changed', session: 0, window: 1 },
      { kind: 'window-pane-changed', window: 1, pane: 2 },
      { kind: 'window-renamed', window: 1, name: 'two words', elsewhere: false },
      { kind: 'window-close', window: 7, elsewhere: true },
      { kind: 'client-session-changed', session: 1 },
      { kind: 'window-close', window: 1, elsewhere: false },
      { kind: 'exit', reason: 'detached' },
    ])
  })

  it('reads the same events wherever the input is split', () => {
    const whole = eventsOf(session)
    for (let at = 0; at <= session.length; at++)
      expect(eventsOf(session.subarray(0, at), session.subarray(at)), `split at ${at}`).toEqual(whole)
    expect(eventsOf(...Array.from(session, byte => Uint8Array.of(byte)))).toEqual(whole)
    const places = fc.array(fc.nat({ max: session.length }), { maxLength: 20 })
    fc.assert(
      fc.property(places, list => {
        const ends = [...list].sort((a, b) => a - b)
        const chunks = [...ends, session.length].map((end, index) => session.subarray(ends[index - 1] ?? 0, end))
        expect(eventsOf(...chunks)).toEqual(whole)
      }),
      { numRuns: runs(2_000) },
    )
  })

  it('returns the bytes that a pane printed', () => {
    const escaped = (data: Uint8Array) =>
      Array.from(data, byte =>
        byte < 0x20 || byte === 0x5c ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte),
      ).join('')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), data => {
        const input = Buffer.from(`%output %3 ${escaped(data)}\n`, 'latin1')
        expect(eventsOf(input)).toEqual([{ kind: 'output', pane: 3, data }])
      }),
      { numRuns: runs(2_000) },
    )
  })
})

describe('malformed input', () => {
  it.each([
    'Welcome to this host',
    '',
    '%begin',
    '%begin 1 x 0',
    '%end 1 2 0',
    '%error 1 2 0',
    '%output %x abc',
    '%output %1',
    '%output %1 \\01',
    '%output %1 \\999',
    '%output %1 \\777',
    '%extended-output %1 12 abc',
  ])('breaks on %j once, and says nothing more', line => {
    const events = eventsOf(Buffer.from(`${line}\n%sessions-changed\n`), Buffer.from('%sessions-changed\n'))
    expect(events.map(({ kind }) => kind)).toEqual(['broken'])
  })

  it('ignores notifications without what they are about', () => {
    for (const line of ['%window-add', '%window-add 1', '%layout-change', '%pause @1', '%subscription-changed x', '%x'])
      expect(of(line)).toEqual([])
  })

  it('breaks on an endless line before its end arrives', () => {
    const chunk = Buffer.alloc(300_000, 'x')
    expect(eventsOf(Buffer.from('%output %1 '), chunk, chunk, chunk, chunk).map(({ kind }) => kind)).toEqual(['broken'])
  })

  it('cuts an endless reply, finds its end and goes on', () => {
    const begin = Buffer.from('%begin 1 2 1\n')
    const end = Buffer.from('\n%end 1 2 1\n%sessions-changed\n')
    const long = Buffer.alloc(1_500_000, 'x')
    const many = Buffer.alloc(1_000_000, '\n')
    for (const content of [Array.from({ length: 12 }, () => long), [many], [many, long, many]]) {
      const [block, next] = eventsOf(begin, ...content, end)
      if (block?.kind !== 'block') throw new Error('It is not a block.')
      expect(block.block.cut).toBe(true)
      const kept = block.block.lines.reduce((sum, line) => sum + line.length + 64, 0)
      expect(kept).toBeLessThanOrEqual(16 * 1024 * 1024)
      expect(next).toEqual({ kind: 'sessions-changed' })
    }
  })

  it('keeps a long line of a reply', () => {
    const line = 'x'.repeat(3_000_000)
    const [event] = of(`%begin 1 2 1\n${line}\n%end 1 2 1`)
    expect(event?.kind === 'block' && event.block.lines.map(text)).toEqual([line])
  })

  it('never throws, and breaks at most once', () => {
    const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    const byte = fc.oneof(fc.constantFrom(...Buffer.from('%\n\\ :@$0123')), fc.nat({ max: 255 }))
    const change = fc.tuple(fc.constantFrom('put', 'add', 'drop', 'cut', 'double'), place, byte)
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), changes => {
        const events = eventsOf(changes.reduce(changed, session))
        expect(events.filter(({ kind }) => kind === 'broken').length).toBeLessThanOrEqual(1)
        if (events.some(({ kind }) => kind === 'broken')) expect(events.at(-1)?.kind).toBe('broken')
      }),
      { numRuns: runs(20_000) },
    )
  })
})

function changed(bytes: Buffer, [kind, where, byte]: readonly [string, number, number]): Buffer {
  const at = Math.floor(where * bytes.length)
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (kind) {
    case 'put':
      return Buffer.concat([before, Buffer.of(byte), after.subarray(1)])
    case 'add':
      return Buffer.concat([before, Buffer.of(byte), after])
    case 'drop':
      return Buffer.concat([before, after.subarray(1)])
    case 'cut':
      return before
    default:
      return Buffer.concat([bytes, after])
  }
}
