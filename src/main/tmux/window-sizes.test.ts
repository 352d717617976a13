import { expect, it } from 'vitest'

import type { ControlClient, ControlReply } from './control-client.ts'
import { WindowSizes } from './window-sizes.ts'

/** A tmux that answers when `answer` is called, and refuses what `refuses` matches. */
function setUp(refuses: RegExp) {
  const asked: string[] = []
  const waiting: (() => void)[] = []
  const request = ([command = '']: readonly string[], settle: (reply: ControlReply) => void) => {
    asked.push(command)
    waiting.push(() => settle({ kind: refuses.test(command) ? 'failed' : 'done', blocks: [] }))
  }
  const answer = () => {
    while (waiting.length > 0) waiting.shift()?.()
    return asked.splice(0).map(command => command.replace('refresh-client -C ', ''))
  }
  const sizes = new WindowSizes({ request } as unknown as ControlClient)
  const select = (id: number, ...ids: readonly number[]) =>
    sizes.noteWindows(ids.map(each => ({ id: each, isActive: each === id })))
  return { sizes, answer, select }
}

it('tells tmux the latest size of each window once', () => {
  const { sizes, answer, select } = setUp(/never/)
  select(1, 1, 2)
  for (const cols of [80, 81, 82]) sizes.set(1, { cols, rows: 24 })
  sizes.set(2, { cols: 90, rows: 20 })
  expect(answer()).toEqual([`'@1:80x24'`, `'@2:90x20'`, `'@1:82x24'`])
  sizes.set(1, { cols: 82, rows: 24 })
  select(2, 1, 2)
  expect(answer()).toEqual([])
})

it('gives all windows the size of the selected one where tmux has no sizes for windows', () => {
  const { sizes, answer, select } = setUp(/@/)
  select(1, 1, 2)
  sizes.set(1, { cols: 100, rows: 30 })
  expect(answer()).toEqual([`'@1:100x30'`, '100x30'])
  sizes.set(2, { cols: 90, rows: 20 })
  expect(answer()).toEqual([])
  select(2, 1, 2)
  expect(answer()).toEqual(['90x20'])
  select(1, 1, 2)
  for (const cols of [101, 102, 103]) sizes.set(1, { cols, rows: 30 })
  expect(answer()).toEqual(['100x30', '103x30'])
  select(1, 1)
  select(2, 1)
  expect(answer()).toEqual([])
})

it('keeps to sizes of windows although tmux refuses one of them', () => {
  const { sizes, answer, select } = setUp(/20000/)
  select(1, 1, 2)
  sizes.set(1, { cols: 20_000, rows: 24 })
  expect(answer()).toEqual([`'@1:20000x24'`, '20000x24'])
  sizes.set(2, { cols: 90, rows: 20 })
  expect(answer()).toEqual([`'@2:90x20'`])
})
