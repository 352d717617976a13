import { describe, expect, it } from 'vitest'

import type { KeyModes } from './key-encoder.ts'
import { bytesForOtherPane, TerminalKeyboard, type KeyboardParts } from './terminal-keyboard.ts'

type Pressed = Partial<KeyboardEvent> & { readonly key: string }

function setUp(modes: Partial<KeyModes> = {}, more: Partial<KeyboardParts> = {}) {
  const current: KeyModes = { applicationCursor: false, kittyFlags: 0, otherKeys: 0, ...modes }
  const sent: string[] = []
  const keyboard = new TerminalKeyboard({
    terminal: { hasSelection: () => false },
    modes: () => current,
    platform: 'linux',
    optionAsMeta: () => 'neither',
    press: (bytes, stroke) => sent.push(bytes === bytesForOtherPane(stroke, current) ? bytes : 'differs'),
    release: bytes => sent.push(bytes),
    ...more,
  })
  const press = (pressed: Pressed, type = 'keydown') => {
    let stopped = 0
    const event = {
      type,
      code: pressed.key,
      keyCode: 0,
      repeat: false,
      isComposing: false,
      shiftKey: false,
      altKey: false,
      ctrlKey: false,
      metaKey: false,
      ...pressed,
      getModifierState: () => false,
      preventDefault: () => stopped++,
      stopPropagation: () => stopped++,
    }
    const handled = keyboard.handle(event as unknown as KeyboardEvent)
    expect(stopped).toBe(handled ? 2 : 0)
    return handled
  }
  return { press, sent }
}

describe('the keyboard of a terminal', () => {
  it('sends what xterm.js drops, and leaves text and plain keys to it', () => {
    const { press, sent } = setUp()
    expect(press({ key: '/', code: 'Slash', ctrlKey: true })).toBe(true)
    expect(press({ key: '2', code: 'Digit2', ctrlKey: true })).toBe(true)
    for (const key of ['a', 'Enter', 'Tab', 'ArrowUp', 'F1']) expect(press({ key }), key).toBe(false)
    expect(press({ key: '/', ctrlKey: true }, 'keypress')).toBe(false)
    expect(press({ key: '/', ctrlKey: true }, 'keyup')).toBe(false)
    expect(sent).toEqual(['\x1f', '\0'])
  })

  it('leaves Ctrl+Insert to the page while text is selected', () => {
    const insert = { key: 'Insert', ctrlKey: true }
    expect(setUp({}, { terminal: { hasSelection: () => true } }).press(insert)).toBe(false)
    const { press, sent } = setUp()
    expect(press(insert)).toBe(true)
    expect(sent).toEqual(['\x1b[2;5~'])
  })

  it('reports the release of a key only if its press was seen', () => {
    const { press, sent } = setUp({ kittyFlags: 3 })
    press({ key: 'ArrowUp' }, 'keyup')
    press({ key: 'ArrowUp' })
    press({ key: 'ArrowUp', repeat: true })
    press({ key: 'ArrowUp' }, 'keyup')
    press({ key: 'ArrowUp' }, 'keyup')
    // xterm.js sends the text, but not the release.
    expect(press({ key: 'a', code: 'KeyA' })).toBe(false)
    press({ key: 'a', code: 'KeyA' }, 'keyup')
    expect(sent).toEqual(['\x1b[A', '\x1b[1;1:2A', '\x1b[1;1:3A', '\x1b[97;1:3u'])
  })

  it.each([
    ['neither', 'AltLeft', false],
    ['left', 'AltLeft', true],
    ['left', 'AltRight', false],
    ['right', 'AltRight', true],
    ['both', 'AltLeft', true],
    ['both', 'AltRight', true],
  ] as const)('takes with Option as Meta “%s” the key %s for Meta: %s', (wanted, code, isMeta) => {
    const { press, sent } = setUp({}, { platform: 'mac', optionAsMeta: () => wanted })
    const b = { key: '∫', code: 'KeyB', keyCode: 66, altKey: true }
    press({ key: 'Alt', code, altKey: true })
    expect(press(b)).toBe(isMeta)
    press({ key: 'Alt', code }, 'keyup')
    expect(sent).toEqual(isMeta ? ['\x1bb'] : [])
  })

  it('types a key into another pane in the encoding of its program', () => {
    const { press, sent } = setUp({ otherKeys: 2 })
    press({ key: 'Enter', shiftKey: true })
    expect(sent).toEqual(['\x1b[27;2;13~'])
    const stroke = { kind: 'press', key: 'Enter', code: 'Enter', shift: true, alt: false, ctrl: false } as const
    const locks = { capsLock: false, numLock: false }
    const there = (modes: Partial<KeyModes>, key = 'Enter') =>
      bytesForOtherPane(
        { ...stroke, ...locks, key },
        { applicationCursor: false, kittyFlags: 0, otherKeys: 0, ...modes },
      )
    expect(there({})).toBe('\r')
    expect(there({ kittyFlags: 1 })).toBe('\x1b[13;2u')
    expect(there({}, 'A')).toBe('A')
    expect(there({}, 'Shift')).toBe('')
  })
})
