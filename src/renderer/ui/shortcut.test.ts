import { describe, expect, it } from 'vitest'

import { platformShortcut, shortcutOf, shownShortcut } from './shortcut.ts'

const press = (code: string, key: string, ...modifiers: ('ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey')[]) => ({
  code,
  key,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
  ...Object.fromEntries(modifiers.map(modifier => [modifier, true])),
})

describe('shortcuts', () => {
  it('names letters by character and other keys by position', () => {
    expect(shortcutOf(press('KeyQ', 'A', 'ctrlKey', 'shiftKey'))).toBe('Ctrl+Shift+A')
    expect(shortcutOf(press('KeyA', 'ф', 'ctrlKey'))).toBe('Ctrl+A')
    expect(shortcutOf(press('Equal', '+', 'ctrlKey', 'shiftKey'))).toBe('Ctrl+=')
    expect(shortcutOf(press('BracketRight', '+', 'ctrlKey'))).toBe('Ctrl+=')
    expect(shortcutOf(press('KeyF', 'F', 'ctrlKey', 'shiftKey'))).toBe('Ctrl+Shift+F')
    expect(shortcutOf(press('Digit1', '!', 'altKey', 'shiftKey'))).toBe('Alt+Shift+1')
    expect(shortcutOf(press('Equal', '+', 'ctrlKey'))).toBe('Ctrl+=')
    expect(shortcutOf(press('ArrowLeft', 'ArrowLeft', 'metaKey'))).toBe('Meta+ArrowLeft')
  })

  it('is empty if only modifiers are pressed', () => {
    expect(shortcutOf(press('ControlLeft', 'Control', 'ctrlKey'))).toBe('')
  })

  it('uses Cmd and its symbols on macOS', () => {
    expect(platformShortcut('Mod+Shift+F', true)).toBe('Meta+Shift+F')
    expect(shownShortcut('Meta+Shift+F', true)).toBe('⌘⇧F')
    expect(shownShortcut('Ctrl+Shift+F', false)).toBe('Ctrl Shift F')
    expect(shownShortcut('Ctrl++', false)).toBe('Ctrl +')
  })
})
