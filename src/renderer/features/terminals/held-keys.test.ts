import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { HeldKeys, type KeyPress } from './held-keys.ts'

const [terminal, other, dialog] = [new EventTarget(), new EventTarget(), new EventTarget()]
let window: EventTarget
let keys: HeldKeys

function press(target: EventTarget, given: { key?: string; code?: string; repeat?: boolean } = {}): KeyPress {
  const { key = 'Enter', repeat = false } = given
  const { code = key } = given
  const event = Object.assign(new Event('keydown'), { key, code, repeat })
  Object.defineProperty(event, 'target', { value: target })
  window.dispatchEvent(event)
  return event as unknown as KeyPress
}

const moved = (event: KeyPress, target: EventTarget, repeat = false): KeyPress => {
  const { key, code } = event
  return { key, code, repeat, target }
}

describe('a key that is held', () => {
  beforeEach(() => {
    window = new EventTarget()
    keys = new HeldKeys(window, target => (target === terminal || target === other ? target : null))
  })
  afterEach(() => keys.dispose())

  it('belongs to the terminal in which it was pressed', () => {
    const enter = press(terminal)
    expect(keys.beganHere(enter)).toBe(true)
    expect(keys.beganHere(moved(press(terminal, { repeat: true }), terminal, true))).toBe(true)
  })

  it('does not reach the terminal behind a dialog that it closed, as a character or as a repeat', () => {
    const enter = press(dialog)
    expect(keys.beganHere(moved(enter, terminal))).toBe(false)
    expect(keys.beganHere(press(terminal, { repeat: true }))).toBe(false)
    expect(keys.beganHere(press(terminal))).toBe(true)
  })

  it('does not continue in another terminal', () => {
    expect(keys.beganHere(moved(press(terminal), other))).toBe(false)
  })

  it('is ignored once it was used, until it is pressed again', () => {
    const enter = press(terminal)
    keys.spend(enter)
    expect(keys.beganHere(press(terminal, { repeat: true }))).toBe(false)
    expect(keys.beganHere(press(terminal))).toBe(true)
  })

  it('is identified by its position on the keyboard, or by its name if it has none', () => {
    press(dialog, { key: 'a', code: 'KeyA' })
    expect(keys.beganHere(press(terminal, { key: 'b', code: 'KeyB' }))).toBe(true)
    press(dialog, { key: 'é', code: '' })
    expect(keys.beganHere({ key: 'é', code: '', repeat: false, target: terminal })).toBe(false)
  })

  it('counts as pressed elsewhere if only its repeats were seen', () => {
    expect(keys.beganHere(press(terminal, { repeat: true }))).toBe(false)
    expect(keys.beganHere({ key: 'x', code: 'KeyX', repeat: false, target: terminal })).toBe(true)
  })
})
