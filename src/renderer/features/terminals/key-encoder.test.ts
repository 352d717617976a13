import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../../testing/runs.ts'
import { encodeKey, type KeyModes } from './key-encoder.ts'
import { strokeOf, type KeyEvent, type KeyPlatform } from './key-stroke.ts'
import { usKeys } from './key-tables.ts'

const named: Readonly<Record<string, number>> = { Backspace: 8, Tab: 9, Enter: 13, Escape: 27 }
const codeOf = new Map(
  Object.entries(usKeys).flatMap(
    ([code, [plain, shifted]]) =>
      [
        [shifted, code],
        [plain, code],
      ] as const,
  ),
)

/** The event of a key on a US keyboard, such as `Ctrl+Shift+A`. `more` overrides properties for a platform or layout. */
function keyEvent(combination: string, more: Partial<KeyboardEvent> & { locks?: readonly string[] } = {}): KeyEvent {
  const parts = combination.split(/\+(?=.)/)
  const name = parts.pop() ?? ''
  const key = name === 'Space' ? ' ' : name
  const { locks = [], ...rest } = more
  return {
    type: 'keydown',
    key,
    code: codeOf.get(key) ?? key,
    keyCode: named[key] ?? key.toUpperCase().charCodeAt(0),
    repeat: false,
    isComposing: false,
    shiftKey: parts.includes('Shift'),
    altKey: parts.includes('Alt'),
    ctrlKey: parts.includes('Ctrl'),
    metaKey: parts.includes('Meta'),
    ...rest,
    getModifierState: (state: string) => locks.includes(state),
  }
}

interface Given {
  readonly modes?: Partial<KeyModes>
  readonly platform?: KeyPlatform
  readonly optionIsMeta?: boolean
}

/** The bytes in hexadecimal; null for keys that are left to xterm.js. */
function sent(event: KeyEvent, { modes = {}, platform = 'linux', optionIsMeta = false }: Given = {}): string | null {
  const stroke = strokeOf(event, platform, optionIsMeta)
  if (stroke === null) return null
  const bytes = encodeKey(stroke, { applicationCursor: false, kittyFlags: 0, otherKeys: 0, ...modes })
  return bytes === null ? null : Buffer.from(bytes).toString('hex')
}

const hex = (text: string) => Buffer.from(text).toString('hex')
const csi = (rest: string) => hex(`\x1b[${rest}`)
const kitty = (kittyFlags: number): Given => ({ modes: { kittyFlags } })
const other = (otherKeys: 1 | 2): Given => ({ modes: { otherKeys } })

/** The 32 control characters and DEL, with every key that produces them in X11 (libX11's XLookupString, xterm's input.c). */
const controls: readonly (readonly [keys: string, code: number])[] = [
  ['Ctrl+Space', 0],
  ['Ctrl+2', 0],
  ['Ctrl+Shift+@', 0],
  ['Ctrl+`', 0],
  ...[...'abcdefghijklmnopqrstuvwxyz'].map((letter, index) => [`Ctrl+${letter}`, index + 1] as const),
  ['Ctrl+[', 0x1b],
  ['Ctrl+3', 0x1b],
  ['Ctrl+Shift+{', 0x1b],
  ['Ctrl+\\', 0x1c],
  ['Ctrl+4', 0x1c],
  ['Ctrl+Shift+|', 0x1c],
  ['Ctrl+]', 0x1d],
  ['Ctrl+5', 0x1d],
  ['Ctrl+Shift+}', 0x1d],
  ['Ctrl+Shift+^', 0x1e],
  ['Ctrl+6', 0x1e],
  ['Ctrl+Shift+~', 0x1e],
  ['Ctrl+Shift+_', 0x1f],
  ['Ctrl+/', 0x1f],
  ['Ctrl+7', 0x1f],
  ['Ctrl+8', 0x7f],
  ['Ctrl+Shift+?', 0x7f],
]

type Row = readonly [
  keys: string,
  legacy: string | null,
  other1: string | null,
  other2: string | null,
  kitty1: string | null,
]

/**
 * Keys with modifiers in the four ways that programs ask for. xterm's were recorded from xterm 379 with metaSendsEscape,
 * whose modifyOtherKeys 1 forgets the Alt of Ctrl+Alt+; (27;5;59); kitty's are from its page about the protocol. Null is
 * plain text.
 */
const modified: readonly Row[] = [
  ['Shift+Enter', '\r', '\x1b[27;2;13~', '\x1b[27;2;13~', '\x1b[13;2u'],
  ['Ctrl+Enter', '\r', '\x1b[27;5;13~', '\x1b[27;5;13~', '\x1b[13;5u'],
  ['Alt+Enter', '\x1b\r', '\x1b\r', '\x1b[27;3;13~', '\x1b[13;3u'],
  ['Ctrl+Shift+Enter', '\r', '\x1b[27;6;13~', '\x1b[27;6;13~', '\x1b[13;6u'],
  ['Shift+Tab', '\x1b[Z', '\x1b[Z', '\x1b[Z', '\x1b[9;2u'],
  ['Ctrl+Tab', '\t', '\x1b[27;5;9~', '\x1b[27;5;9~', '\x1b[9;5u'],
  ['Ctrl+Backspace', '\b', '\b', '\b', '\x1b[127;5u'],
  ['Alt+Backspace', '\x1b\x7f', '\x1b\x7f', '\x1b[27;3;127~', '\x1b[127;3u'],
  ['Shift+Backspace', '\x7f', '\x7f', '\x1b[27;2;127~', '\x1b[127;2u'],
  ['Ctrl+Alt+Enter', '\x1b\r', '\x1b\r', '\x1b[27;7;13~', '\x1b[13;7u'],
  ['Ctrl+Shift+Tab', '\x1b[Z', '\x1b[Z', '\x1b[27;6;9~', '\x1b[9;6u'],
  ['Alt+Tab', '\x1b\t', '\x1b\t', '\x1b[27;3;9~', '\x1b[9;3u'],
  ['Ctrl+Shift+Backspace', '\b', '\b', '\x1b[27;6;8~', '\x1b[127;6u'],
  ['Shift+Escape', '\x1b', '\x1b', '\x1b[27;2;27~', '\x1b[27;2u'],
  ['Ctrl+Escape', '\x1b', '\x1b', '\x1b[27;5;27~', '\x1b[27;5u'],
  ['Ctrl+Shift+Escape', '\x1b', '\x1b', '\x1b[27;6;27~', '\x1b[27;6u'],
  ['Ctrl+Alt+Space', '\x1b\0', '\x1b\0', '\x1b[27;7;32~', '\x1b[32;7u'],
  ['Ctrl+Alt+2', '\x1b\0', '\x1b\0', '\x1b[27;7;50~', '\x1b[50;7u'],
  ['Ctrl+Alt+;', '\x1b;', '\x1b[27;7;59~', '\x1b[27;7;59~', '\x1b[59;7u'],
  ['Ctrl+-', '-', '\x1b[27;5;45~', '\x1b[27;5;45~', '\x1b[45;5u'],
  ['Alt+Escape', '\x1b\x1b', '\x1b\x1b', '\x1b[27;3;27~', '\x1b[27;3u'],
  ['Shift+Space', null, null, '\x1b[27;2;32~', null],
  ['Ctrl+Space', '\0', '\0', '\x1b[27;5;32~', '\x1b[32;5u'],
  ['Alt+Space', '\x1b ', '\x1b ', '\x1b[27;3;32~', '\x1b[32;3u'],
  ['Ctrl+a', '\x01', '\x01', '\x1b[27;5;97~', '\x1b[97;5u'],
  ['Ctrl+Shift+A', '\x01', '\x01', '\x1b[27;6;65~', '\x1b[97;6u'],
  ['Alt+a', '\x1ba', '\x1ba', '\x1b[27;3;97~', '\x1b[97;3u'],
  ['Alt+Shift+A', '\x1bA', '\x1bA', '\x1b[27;4;65~', '\x1b[97;4u'],
  ['Ctrl+Alt+a', '\x1b\x01', '\x1b\x01', '\x1b[27;7;97~', '\x1b[97;7u'],
  ['Shift+A', null, null, '\x1b[27;2;65~', null],
  ['Shift+!', null, null, null, null],
  ['Ctrl+/', '\x1f', '\x1f', '\x1b[27;5;47~', '\x1b[47;5u'],
  ['Ctrl+Alt+/', '\x1b\x1f', '\x1b\x1f', '\x1b[27;7;47~', '\x1b[47;7u'],
  ['Ctrl+Shift+?', '\x7f', '\x1b[27;6;63~', '\x1b[27;6;63~', '\x1b[47;6u'],
  ['Ctrl+;', ';', '\x1b[27;5;59~', '\x1b[27;5;59~', '\x1b[59;5u'],
  ['Ctrl+1', '1', '\x1b[27;5;49~', '\x1b[27;5;49~', '\x1b[49;5u'],
  ['Ctrl+2', '\0', '\0', '\x1b[27;5;50~', '\x1b[50;5u'],
  ['Ctrl+.', '.', '\x1b[27;5;46~', '\x1b[27;5;46~', '\x1b[46;5u'],
  ['Alt+.', '\x1b.', '\x1b.', '\x1b[27;3;46~', '\x1b[46;3u'],
  ...[
    ['ArrowUp', '1', 'A'],
    ['ArrowLeft', '1', 'D'],
    ['Home', '1', 'H'],
    ['End', '1', 'F'],
    ['F1', '1', 'P'],
    ['F5', '15', '~'],
    ['F12', '24', '~'],
    ['Delete', '3', '~'],
    ['PageDown', '6', '~'],
    ['Insert', '2', '~'],
  ].flatMap(([key, number, final]) =>
    [
      ['Ctrl', 5],
      ['Alt', 3],
      ['Ctrl+Shift', 6],
      ['Ctrl+Alt+Shift', 8],
    ].map(([modifiers, parameter]) => same(`${modifiers}+${key}`, `\x1b[${number};${parameter}${final}`)),
  ),
  ['Shift+F3', '\x1b[1;2R', '\x1b[1;2R', '\x1b[1;2R', '\x1b[13;2~'],
  same('Shift+PageUp', null),
  same('Shift+Insert', null),
]

function same(keys: string, bytes: string | null): Row {
  return [keys, bytes, bytes, bytes, bytes]
}

const orNull = (bytes: string | null) => (bytes === null ? null : hex(bytes))

describe('the control keys', () => {
  it.each(controls)('%s sends xterm’s byte, and ESC before it with Alt', (keys, code) => {
    expect(sent(keyEvent(keys))).toBe(hex(String.fromCharCode(code)))
    expect(sent(keyEvent(`Alt+${keys}`))).toBe(hex(`\x1b${String.fromCharCode(code)}`))
  })

  it('are all 32, and DEL', () => {
    expect(new Set(controls.map(([, code]) => code)).size).toBe(33)
  })

  it.each(controls)('%s has a sequence of its own with modifyOtherKeys 2 and kitty’s protocol', (keys, code) => {
    const event = keyEvent(keys)
    const modifiers = keys.includes('Shift') ? 6 : 5
    expect(sent(event, other(1))).toBe(keys === 'Ctrl+Shift+?' ? csi('27;6;63~') : hex(String.fromCharCode(code)))
    expect(sent(event, other(2))).toBe(csi(`27;${modifiers};${event.key.charCodeAt(0)}~`))
    expect(sent(event, kitty(1))).toBe(csi(`${usKeys[event.code]?.[0].charCodeAt(0)};${modifiers}u`))
  })
})

describe('keys with modifiers', () => {
  it.each(modified)('%s', (keys, ...expected) => {
    const event = keyEvent(keys)
    expect([sent(event), sent(event, other(1)), sent(event, other(2)), sent(event, kitty(1))]).toEqual(
      expected.map(orNull),
    )
  })

  it('leave the digits of the keypad alone, also with Alt, which enters character codes on Windows', () => {
    const keypad = (keys: string) => keyEvent(keys, { code: 'Numpad2' })
    expect(sent(keypad('Ctrl+2'))).toBe(hex('2'))
    expect(sent(keypad('Ctrl+2'), other(2))).toBe(hex('2'))
    expect(sent(keyEvent('Ctrl+Enter', { code: 'NumpadEnter' }), other(2))).toBe(hex('\r'))
    expect(sent(keypad('Alt+2'))).toBeNull()
    expect(sent(keypad('Alt+2'), other(2))).toBeNull()
    expect(sent(keypad('Ctrl+2'), kitty(1))).toBe(csi('57401;5u'))
  })

  it('send the application form of the cursor keys, except with modifiers or kitty’s protocol', () => {
    const modes = { applicationCursor: true }
    expect(sent(keyEvent('ArrowUp'), { modes })).toBe(hex('\x1bOA'))
    expect(sent(keyEvent('Ctrl+ArrowUp'), { modes })).toBe(csi('1;5A'))
    expect(sent(keyEvent('ArrowUp'), { modes: { ...modes, kittyFlags: 1 } })).toBe(csi('A'))
  })
})

describe('kitty’s protocol', () => {
  it('leaves plain Enter, Tab, Backspace and text unchanged, and encodes Escape', () => {
    for (const [keys, bytes] of [
      ['Enter', '\r'],
      ['Tab', '\t'],
      ['Backspace', '\x7f'],
      ['Escape', '\x1b[27u'],
      ['F1', '\x1b[P'],
      ['F3', '\x1b[13~'],
      ['F13', '\x1b[57376u'],
    ] as const)
      expect(sent(keyEvent(keys), kitty(1)), keys).toBe(hex(bytes))
    expect(sent(keyEvent('a'), kitty(1))).toBeNull()
    expect(sent(keyEvent('Shift+A'), kitty(7))).toBeNull()
  })

  it('reports repeats and releases, but no release of Enter, Tab and Backspace', () => {
    const up = { type: 'keyup' }
    expect(sent(keyEvent('ArrowUp', { repeat: true }), kitty(3))).toBe(csi('1;1:2A'))
    expect(sent(keyEvent('ArrowUp', up), kitty(3))).toBe(csi('1;1:3A'))
    expect(sent(keyEvent('a', up), kitty(3))).toBe(csi('97;1:3u'))
    expect(sent(keyEvent('Ctrl+a', { repeat: true }), kitty(3))).toBe(csi('97;5:2u'))
    for (const keys of ['Enter', 'Tab', 'Backspace', 'Shift']) expect(sent(keyEvent(keys, up), kitty(3)), keys).toBe('')
    expect(sent(keyEvent('Enter', up), kitty(10))).toBe(csi('13;1:3u'))
    expect(sent(keyEvent('ArrowUp', up), kitty(1))).toBe('')
    expect(sent(keyEvent('ArrowUp', up))).toBe('')
  })

  it('adds the shifted key and the key of a US keyboard', () => {
    expect(sent(keyEvent('Ctrl+Shift+A'), kitty(5))).toBe(csi('97:65;6u'))
    expect(sent(keyEvent('Ctrl+a'), kitty(5))).toBe(csi('97;5u'))
    const cyrillic = keyEvent('Ctrl+с', { code: 'KeyC' })
    expect(sent(cyrillic, kitty(5))).toBe(csi('1089::99;5u'))
    expect(sent(cyrillic)).toBe('03')
  })

  it('reports all keys and their text on request', () => {
    expect(sent(keyEvent('a'), kitty(8))).toBe(csi('97u'))
    expect(sent(keyEvent('Shift+A'), kitty(8))).toBe(csi('97;2u'))
    expect(sent(keyEvent('Enter'), kitty(9))).toBe(csi('13u'))
    expect(sent(keyEvent('a'), kitty(24))).toBe(csi('97;;97u'))
    expect(sent(keyEvent('Shift+A'), kitty(28))).toBe(csi('97:65;2;65u'))
    expect(sent(keyEvent('Ctrl+a'), kitty(24))).toBe(csi('97;5u'))
    expect(sent(keyEvent('Shift', { code: 'ShiftLeft', shiftKey: true }), kitty(8))).toBe(csi('57441;2u'))
    expect(sent(keyEvent('5', { code: 'Numpad5' }), kitty(8))).toBe(csi('57404u'))
    expect(sent(keyEvent('5', { code: 'Numpad5' }), kitty(1))).toBeNull()
    expect(sent(keyEvent('Enter', { code: 'NumpadEnter' }), kitty(1))).toBe(csi('57414u'))
  })

  it('reports the locks, but with text keys only if all keys are reported', () => {
    const locks = ['CapsLock', 'NumLock']
    expect(sent(keyEvent('ArrowUp', { locks }), kitty(1))).toBe(csi('1;193A'))
    expect(sent(keyEvent('Ctrl+a', { locks }), kitty(1))).toBe(csi('97;5u'))
    expect(sent(keyEvent('Shift+Enter', { locks }), kitty(1))).toBe(csi('13;2u'))
    expect(sent(keyEvent('Ctrl+a', { locks }), kitty(9))).toBe(csi('97;197u'))
  })

  it('wins over modifyOtherKeys', () => {
    expect(sent(keyEvent('Shift+Enter'), { modes: { kittyFlags: 1, otherKeys: 2 } })).toBe(csi('13;2u'))
  })
})

describe('keys that no program receives', () => {
  const everyMode: readonly Given[] = [{}, other(1), other(2), kitty(1), kitty(31)]

  it.each([
    ['a composition', keyEvent('a', { isComposing: true })],
    ['a key that an input method took', keyEvent('Process', { keyCode: 229 })],
    ['a dead key', keyEvent('Dead', { code: 'BracketLeft' })],
    ['⌘ or the Windows key', keyEvent('Meta+c')],
    ['AltGr on Linux', keyEvent('@', { code: 'KeyQ', locks: ['AltGraph'] })],
    ['AltGr as Ctrl+Alt', keyEvent('Ctrl+Alt+@', { code: 'KeyQ', locks: ['AltGraph'] })],
  ])('is left alone: %s', (_name, event) => {
    for (const given of everyMode)
      for (const platform of ['linux', 'mac', 'windows'] as const)
        expect(sent(event, { ...given, platform }), platform).toBeNull()
  })

  it('treats Ctrl+Alt as AltGr on Windows if the key produces another character with it', () => {
    const windows = { platform: 'windows' } as const
    expect(sent(keyEvent('Ctrl+Alt+@', { code: 'KeyQ', keyCode: 81 }), windows)).toBeNull()
    expect(sent(keyEvent('Ctrl+Alt+€', { code: 'KeyE', keyCode: 69 }), windows)).toBeNull()
    expect(sent(keyEvent('Ctrl+Alt+/'), windows)).toBe(hex('\x1b\x1f'))
    expect(sent(keyEvent('Ctrl+Alt+Delete'), windows)).toBe(csi('3;7~'))
  })

  it('accepts Ctrl with a character that needs AltGr on this keyboard', () => {
    expect(sent(keyEvent('Ctrl+\\', { code: 'Minus', keyCode: 219, locks: ['AltGraph'] }))).toBe('1c')
  })
})

describe('Option on a Mac', () => {
  const option = (key: string, code: string, more: Partial<KeyboardEvent> = {}) =>
    keyEvent(`Alt+${key}`, { code, keyCode: code.startsWith('Key') ? code.charCodeAt(3) : 0, ...more })
  const mac = { platform: 'mac' } as const

  it('produces its characters, unless it is Meta', () => {
    expect(sent(option('∫', 'KeyB'), mac)).toBeNull()
    expect(sent(option('Dead', 'KeyE'), mac)).toBeNull()
    expect(sent(option('∫', 'KeyB'), { ...mac, optionIsMeta: true })).toBe(hex('\x1bb'))
    expect(sent(option('ı', 'KeyB', { shiftKey: true }), { ...mac, optionIsMeta: true })).toBe(hex('\x1bB'))
    expect(sent(option('Dead', 'KeyE'), { ...mac, optionIsMeta: true })).toBe(hex('\x1be'))
    expect(sent(option('≥', 'Period'), { ...mac, optionIsMeta: true })).toBe(hex('\x1b.'))
  })

  it('modifies cursor keys and control keys either way', () => {
    expect(sent(option('ArrowLeft', 'ArrowLeft'), mac)).toBe(csi('1;3D'))
    expect(sent(option('÷', 'Slash', { ctrlKey: true }), mac)).toBe(hex('\x1b\x1f'))
  })
})

// eslint-disable-next-line no-control-regex -- keys are control characters
const oneKey = /^(?:\x1b?(?:[\0-\x7f]|[^\0-\x7f]|\x1b?\[[\d;:]*[A-Zu~]|O[A-S]))?$/

describe('any key in any mode', () => {
  it('sends one control character, one sequence, or one character after at most an ESC', () => {
    const keys = [
      ...codeOf.keys(),
      'Enter',
      'Tab',
      'Escape',
      'Backspace',
      'ArrowUp',
      'F7',
      'Delete',
      'Shift',
      'Pause',
      'é',
      '漢',
    ]
    fc.assert(
      fc.property(
        fc.record({
          key: fc.constantFrom(...keys),
          shiftKey: fc.boolean(),
          altKey: fc.boolean(),
          ctrlKey: fc.boolean(),
        }),
        fc.record({ applicationCursor: fc.boolean(), kittyFlags: fc.nat(31), otherKeys: fc.constantFrom(0, 1, 2) }),
        fc.constantFrom('keydown', 'keyup'),
        ({ key, ...held }, modes, type) => {
          const bytes = sent(keyEvent(key, { ...held, type }), { modes })
          if (bytes === null) return
          expect(Buffer.from(bytes, 'hex').toString()).toMatch(oneKey)
        },
      ),
      { numRuns: runs(3000) },
    )
  })
})
