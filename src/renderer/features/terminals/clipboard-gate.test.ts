import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { settingsSchema, type Settings } from '../../../shared/contract/settings.ts'
import { targetKey, type Target } from '../../../shared/contract/targets.ts'
import { ClipboardGate } from './clipboard-gate.ts'
import type { ClipboardWish } from './clipboard-sequence.ts'
import { useTerminals } from './terminals-state.ts'

const address = (name: string): Target => ({
  kind: 'address',
  address: name,
  port: null,
  user: null,
  jumps: [],
  keyFile: null,
})
const [box, other] = [address('box'), address('other')]
const write = (text: string): ClipboardWish => ({ kind: 'write', to: 'clipboard', text })

function setUp(patch: Partial<Settings['terminal']> = {}) {
  let terminal = { ...settingsSchema.parse({}).terminal, ...patch }
  const written: string[] = []
  const notices: string[] = []
  const gate = new ClipboardGate({
    settings: () => terminal,
    labelOf: target => (target.kind === 'address' ? target.address : 'Local shell'),
    write: (text, to) => written.push(`${to}: ${text}`),
    remember: clipboardHosts => (terminal = { ...terminal, clipboardHosts: [...clipboardHosts] }),
    onNotice: text => notices.push(text),
  })
  const asked = () => Object.keys(useTerminals.getState().clipboard)
  return { gate, written, notices, asked, hosts: () => terminal.clipboardHosts }
}

describe('a program that copies to the clipboard', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    useTerminals.setState({ clipboard: {} })
  })
  afterEach(() => void vi.useRealTimers())

  it('is asked about once, and nothing is copied before the answer', () => {
    const { gate, written, notices, asked, hosts } = setUp()
    gate.wished('pane', box, write('first'))
    gate.wished('pane', box, write('second'))
    vi.runAllTimers()
    expect(asked()).toEqual(['pane'])
    expect(written).toEqual([])
    gate.answer('pane', true)
    vi.runAllTimers()
    expect(written).toEqual(['clipboard: second'])
    expect(notices).toEqual(['A program on box copied 6 characters to the clipboard.'])
    expect(hosts()).toEqual([{ key: targetKey(box), label: 'box', allow: true }])
    gate.wished('elsewhere', box, write('x'))
    vi.runAllTimers()
    expect(asked()).toEqual([])
    expect(written).toEqual(['clipboard: second', 'clipboard: x'])
    expect(notices.at(-1)).toBe('A program on box copied 1 character to the clipboard.')
  })

  it('stays blocked after that answer, while other targets are still asked about', () => {
    const { gate, written, asked } = setUp()
    gate.wished('pane', box, write('a'))
    gate.answer('pane', false)
    gate.wished('pane', box, write('b'))
    expect(asked()).toEqual([])
    gate.wished('pane', other, write('c'))
    expect(asked()).toEqual(['pane'])
    vi.runAllTimers()
    expect(written).toEqual([])
  })

  it('is asked about again after “Not now”', () => {
    const { gate, asked, hosts } = setUp()
    gate.wished('pane', box, write('a'))
    gate.answer('pane', null)
    expect(asked()).toEqual([])
    expect(hosts()).toEqual([])
    gate.wished('pane', box, write('a'))
    expect(asked()).toEqual(['pane'])
  })

  it.each([
    ['always', ['clipboard: a']],
    ['never', []],
  ] as const)('follows the setting “%s” whatever was answered', (clipboardWrites, expected) => {
    const hosts = [{ key: targetKey(box), label: 'box', allow: clipboardWrites === 'never' }]
    const { gate, written, asked } = setUp({ clipboardWrites, clipboardHosts: hosts })
    gate.wished('pane', box, write('a'))
    vi.runAllTimers()
    expect(written).toEqual(expected)
    expect(asked()).toEqual([])
  })

  it('writes the last of many texts, with one notice', () => {
    const { gate, written, notices } = setUp({ clipboardWrites: 'always' })
    for (let n = 0; n < 1_000; n++) gate.wished('pane', box, write(`text ${n}`))
    vi.runAllTimers()
    expect(written).toEqual(['clipboard: text 999'])
    expect(notices).toHaveLength(1)
  })

  it('is reported if its text is too large', () => {
    const { gate, written, notices } = setUp()
    gate.wished('pane', box, { kind: 'too-large' })
    vi.runAllTimers()
    expect(written).toEqual([])
    expect(notices).toEqual(['A program on box tried to copy more than 1 MiB. Nothing was copied.'])
  })

  it('leaves no question behind in a closed pane, and writes nothing after dispose()', () => {
    const { gate, written, asked } = setUp({ clipboardWrites: 'ask' })
    gate.wished('pane', box, write('a'))
    gate.forget('pane')
    expect(asked()).toEqual([])
    const always = setUp({ clipboardWrites: 'always' })
    always.gate.wished('pane', box, write('a'))
    always.gate.dispose()
    vi.runAllTimers()
    expect([...written, ...always.written]).toEqual([])
  })

  it('keeps the answers for 500 targets', () => {
    const { gate, hosts } = setUp()
    for (let n = 0; n < 510; n++) {
      gate.wished('pane', address(`box-${n}`), write('a'))
      gate.answer('pane', true)
    }
    expect(hosts()).toHaveLength(500)
    expect(hosts().at(-1)?.label).toBe('box-509')
    gate.dispose()
  })
})
