import { expect, it } from 'vitest'

import type { ControlClient, ControlReply } from './control-client.ts'
import { ControlWindows } from './control-windows.ts'
import { layoutChecksum, panesOf } from './layout.ts'

const layout = (text: string) => `${layoutChecksum(text).toString(16).padStart(4, '0')},${text}`
const onePane = (pane: number) => layout(`80x24,0,0,${pane}`)
const manyPanes = (from: number, count: number) =>
  layout(
    `${count * 2 - 1}x24,0,0{${Array.from({ length: count }, (_, at) => `1x24,${at * 2},0,${from + at}`).join(',')}}`,
  )

/** A client whose tmux has these windows. */
function listing(...lines: readonly string[]) {
  const block = (rows: readonly string[]) => ({
    number: 1,
    own: true,
    failed: false,
    cut: false,
    lines: rows.map(row => Buffer.from(row)),
  })
  const panes = lines.flatMap(line => [...line.matchAll(/,(\d+)(?=[,}\] ])/g)].map(([, id = '']) => `%${id}`))
  const asked: string[] = []
  const request = (commands: readonly string[], settle: (reply: ControlReply) => void) => {
    asked.push(...commands)
    settle({ kind: 'done', blocks: [block(lines), block(panes)] })
  }
  return { client: { request } as unknown as ControlClient, asked }
}

const windowLine = (id: number, text: string, name = `w${id}`) => `$1 @${id} 0 %${id} 1 0 ${text} ${text} ${name}`

it('lists windows with their names, cleaned, and their layouts', () => {
  const { client } = listing(windowLine(3, onePane(7), 'a \u001b[31mb %1'))
  const windows = new ControlWindows(client)
  windows.refresh()
  expect(windows.current).toMatchObject([
    { id: 3, name: 'a b %1', isNamedByProgram: true, isZoomed: false, layout: { kind: 'pane', pane: 7 } },
  ])
  expect(windows.sizeOf(7)).toEqual({ cols: 80, rows: 24 })
})

it.each([
  // What tmux 3.2a and 3.3a print, 3.4, and 3.5 and later.
  ['a \\$HOME $ $5 \\${x}', 'a $HOME $ $5 ${x}'],
  ['a \\\\$HOME', 'a $HOME'],
  ['a $HOME', 'a $HOME'],
  ['a\\\\b \\\\\\\\', 'a\\b \\\\'],
  ['a\\tb', 'a\\tb'],
])('reads %j as the name %j', (printed, name) => {
  const windows = new ControlWindows(listing(windowLine(1, onePane(1), printed)).client)
  windows.refresh()
  expect(windows.current[0]?.name).toBe(name)
})

it('takes a pane of the layout for the active one that floats above it', () => {
  const text = layout('80x24,0,0{80x24,0,0,1,40x6,4,2,2}<40x6,4,2,2>')
  const windows = new ControlWindows(listing(`$1 @1 1 %2 1 0 ${text} ${text} name`).client)
  windows.refresh()
  expect(windows.current).toMatchObject([{ activePane: 1, layout: { kind: 'pane', pane: 1 } }])
})

it('takes at most 300 panes from a server, whatever it says', () => {
  const { client, asked } = listing(
    windowLine(1, onePane(1)),
    windowLine(2, manyPanes(10, 298)),
    windowLine(3, onePane(2)),
    windowLine(4, onePane(3)),
  )
  const windows = new ControlWindows(client)
  windows.refresh()
  expect(windows.current.map(({ id }) => id)).toEqual([1, 2, 3])
  const before = asked.length
  windows.handle({ kind: 'layout-change', window: 1, layout: manyPanes(1000, 301), visible: onePane(1000) })
  expect(windows.current.flatMap(window => panesOf(window.layout))).toHaveLength(300)
  expect(asked.length).toBeGreaterThan(before)
})

it('says when tmux has moved it to another session', () => {
  const windows = new ControlWindows(listing(windowLine(1, onePane(1))).client)
  expect(windows.handle({ kind: 'session-changed', session: 1, name: 'work' })).toBe(false)
  windows.refresh()
  expect(windows.handle({ kind: 'session-changed', session: 1, name: 'renamed' })).toBe(false)
  expect(windows.handle({ kind: 'session-changed', session: 2, name: 'other' })).toBe(true)
})
