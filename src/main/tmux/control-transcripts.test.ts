import { readdirSync, readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { ControlParser, type ControlEvent } from './control-parser.ts'
import { panesOf, parseLayout } from './layout.ts'

/** Recorded by scripts/record-tmux.mjs; the names have the version of tmux. */
const folder = new URL('../../testing/tmux-transcripts/', import.meta.url)

function eventsOf(...chunks: readonly Uint8Array[]): readonly ControlEvent[] {
  const events: ControlEvent[] = []
  const parser = new ControlParser(event => events.push(event))
  for (const chunk of chunks) parser.push(chunk)
  return events
}

/** Short words for an event, without what differs between recordings. */
function wordsFor(event: ControlEvent): string {
  switch (event.kind) {
    case 'greeting':
    case 'block': {
      const { own, failed, lines } = event.block
      return [own ? 'reply' : event.kind, ...(failed ? ['failed'] : []), ...lines.map(textOf)].join('|')
    }
    case 'output':
      return `output %${event.pane} ${JSON.stringify(Buffer.from(event.data).toString('latin1'))}`
    case 'layout-change': {
      const shape = (text: string) => {
        const layout = parseLayout(text)
        return layout && panesOf(layout).map(({ pane, width, height }) => `%${pane} ${width}x${height}`)
      }
      return `layout @${event.window} ${shape(event.layout)?.join(' ')} | ${shape(event.visible)?.join(' ')}`
    }
    default:
      return Object.values(event).join(' ')
  }
}

const textOf = (line: Uint8Array) => Buffer.from(line).toString('utf8')

const sides = '%0 30x24 %1 49x24'
/** What tmux 3.8 says otherwise is marked with a >, and replaces what is marked with a <. */
const detached = `greeting
session-changed 0 naïve
reply
reply
layout @0 %0 80x24 | %0 80x24
reply
reply
output %0 ${JSON.stringify(Buffer.from('naïve 漢字 \0\0\0 \\ \u001b[1mbold\u001b[m\t%\r\r\n').toString('latin1').replace('\0\0\0', '\xff\x80\xe2'))}
reply
window-pane-changed 0 1
layout @0 %0 40x24 %1 39x24 | %0 40x24 %1 39x24
reply
layout @0 ${sides} | ${sides}
>layout @0 ${sides} | ${sides}
reply
window-pane-changed 0 0
layout @0 ${sides} | %0 80x24
reply
layout @0 ${sides} | ${sides}
reply
reply
window-renamed 0 false it's #1 "{x}" ; kill-server
reply|%2
session-window-changed 0 1
window-add 1 false
reply
session-window-changed 0 0
reply|@0 1 7d15,80x24,0,0{30x24,0,0,0,49x24,31,0,1} 7d15,80x24,0,0{30x24,0,0,0,49x24,31,0,1} it's #1 "{x}" ; kill-server|@1 0 b25f,80x24,0,0,2 b25f,80x24,0,0,2 two
reply|a
reply|b
reply|failed|parse error: unknown command: no-such-command
reply|failed|can't find pane: %99
reply|%end 1 1 1
<reply|%pause %0
>reply
>pause 0
reply
<reply|%continue %0
>reply
>continue 0
reply
output %0 "after\\r\\n"
reply
layout @0 %0 80x24 | %0 80x24
window-add 2 true
sessions-changed
window-renamed 2 true two words
session-renamed
window-renamed 1 false renamed elsewhere
pane-mode-changed 0
window-add 0 false
session-window-changed 0 0
window-close 0 false
<window-close 1 true
>window-close 1 false
sessions-changed
window-close 2 true
session-renamed
reply
exit `
const killed = `greeting
session-changed 0 naïve
<sessions-changed
<pane-mode-changed 0
exit `

function expected(text: string, name: string): readonly string[] {
  const [own, other] = name.startsWith('next-3.8') ? ['>', '<'] : ['<', '>']
  return text
    .split('\n')
    .filter(line => !line.startsWith(other))
    .map(line => (line.startsWith(own) ? line.slice(1) : line))
}

/** tmux names windows after their programs, and looks at subscriptions, at any time. */
const anyTime = /^(window-renamed \d+ (true|false) (sh|sleep|tmux)|subscription-changed .*)$/

const readable = readdirSync(folder)

it('has recordings of every minor version', () => {
  const versions = [...'2345678'].map(minor => `3.${minor}`)
  for (const end of ['detached', 'killed'])
    for (const version of versions)
      expect(readable.some(name => name.replace('next-', '').startsWith(version) && name.includes(end))).toBe(true)
})

describe.each(readable)('%s', name => {
  const bytes = readFileSync(new URL(name, folder))
  const whole = eventsOf(bytes)

  it('has the events that were caused', () => {
    const isDetached = name.endsWith('-detached.txt')
    const all = whole.map(wordsFor)
    const caused = all.filter(words => !anyTime.test(words))
    expect(caused).toEqual(expected(isDetached ? detached : killed, name))
    const seen = all.filter(words => words.startsWith('subscription-changed'))
    expect(seen).toEqual(isDetached ? ['@0 : 1', '@0 : 0'].map(value => `subscription-changed order  ${value}`) : [])
  })

  it('is read the same wherever it is split', () => {
    const said = JSON.stringify(whole)
    const read = (...chunks: readonly Uint8Array[]) => JSON.stringify(eventsOf(...chunks))
    const step = Math.ceil(bytes.length / runs(bytes.length, 300))
    for (let at = 0; at <= bytes.length; at += step)
      if (read(bytes.subarray(0, at), bytes.subarray(at)) !== said) expect.fail(`split at ${at}`)
    expect(read(...Array.from(bytes, byte => Uint8Array.of(byte)))).toBe(said)
  })
})
