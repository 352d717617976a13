/** The characters of a US keyboard by KeyboardEvent.code, without and with Shift. */
export const usKeys: Readonly<Record<string, readonly [plain: string, shifted: string]>> = {
  ...Object.fromEntries(
    [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map(letter => [`Key${letter}`, pair(letter.toLowerCase(), letter)]),
  ),
  ...Object.fromEntries([...')!@#$%^&*('].map((sign, digit) => [`Digit${digit}`, pair(String(digit), sign)])),
  Space: [' ', ' '],
  Backquote: ['`', '~'],
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Backslash: ['\\', '|'],
  Semicolon: [';', ':'],
  Quote: ["'", '"'],
  Comma: [',', '<'],
  Period: ['.', '>'],
  Slash: ['/', '?'],
}

function pair(plain: string, shifted: string): readonly [string, string] {
  return [plain, shifted]
}

/** A key without a character: the number and the final letter of its sequence. */
export interface FunctionalKey {
  readonly number: number
  readonly final: string
  /** Starts with SS3 instead of CSI without modifiers: always, or in application cursor mode (DECCKM). */
  readonly ss3?: 'always' | 'cursor-mode'
}

/** xterm's PC-style function keys (ctlseqs, "PC-Style Function Keys" and "VT220-Style Function Keys"). */
export const functionalKeys: Readonly<Record<string, FunctionalKey>> = {
  ArrowUp: { number: 1, final: 'A', ss3: 'cursor-mode' },
  ArrowDown: { number: 1, final: 'B', ss3: 'cursor-mode' },
  ArrowRight: { number: 1, final: 'C', ss3: 'cursor-mode' },
  ArrowLeft: { number: 1, final: 'D', ss3: 'cursor-mode' },
  Home: { number: 1, final: 'H', ss3: 'cursor-mode' },
  End: { number: 1, final: 'F', ss3: 'cursor-mode' },
  Insert: { number: 2, final: '~' },
  Delete: { number: 3, final: '~' },
  PageUp: { number: 5, final: '~' },
  PageDown: { number: 6, final: '~' },
  F1: { number: 1, final: 'P', ss3: 'always' },
  F2: { number: 1, final: 'Q', ss3: 'always' },
  F3: { number: 1, final: 'R', ss3: 'always' },
  F4: { number: 1, final: 'S', ss3: 'always' },
  ...Object.fromEntries(
    [15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34].map((number, index) => [
      `F${index + 5}`,
      { number, final: '~' },
    ]),
  ),
}

/** Keys whose sequence in kitty's protocol differs from xterm's ("Functional key definitions"). */
export const kittyKeys: Readonly<Record<string, FunctionalKey>> = {
  Escape: { number: 27, final: 'u' },
  Enter: { number: 13, final: 'u' },
  Tab: { number: 9, final: 'u' },
  Backspace: { number: 127, final: 'u' },
  // CSI R is the cursor position report.
  F3: { number: 13, final: '~' },
  CapsLock: { number: 57358, final: 'u' },
  ScrollLock: { number: 57359, final: 'u' },
  NumLock: { number: 57360, final: 'u' },
  PrintScreen: { number: 57361, final: 'u' },
  Pause: { number: 57362, final: 'u' },
  ContextMenu: { number: 57363, final: 'u' },
  ...Object.fromEntries(
    Array.from({ length: 12 }, (_each, index) => [`F${index + 13}`, { number: 57376 + index, final: 'u' }]),
  ),
  MediaPlay: { number: 57428, final: 'u' },
  MediaPause: { number: 57429, final: 'u' },
  MediaPlayPause: { number: 57430, final: 'u' },
  MediaStop: { number: 57432, final: 'u' },
  MediaTrackNext: { number: 57435, final: 'u' },
  MediaTrackPrevious: { number: 57436, final: 'u' },
  AudioVolumeDown: { number: 57438, final: 'u' },
  AudioVolumeUp: { number: 57439, final: 'u' },
  AudioVolumeMute: { number: 57440, final: 'u' },
}

/** The modifier keys by KeyboardEvent.code. */
export const kittyModifiers: Readonly<Record<string, number>> = {
  ShiftLeft: 57441,
  ControlLeft: 57442,
  AltLeft: 57443,
  ShiftRight: 57447,
  ControlRight: 57448,
  AltRight: 57449,
}

/** The keys of the numeric keypad by KeyboardEvent.key with Num Lock off. */
export const kittyKeypad: Readonly<Record<string, number>> = {
  ...Object.fromEntries([...'0123456789./*-+'].map((sign, index) => [sign, 57399 + index])),
  Enter: 57414,
  '=': 57415,
  ',': 57416,
  ArrowLeft: 57417,
  ArrowRight: 57418,
  ArrowUp: 57419,
  ArrowDown: 57420,
  PageUp: 57421,
  PageDown: 57422,
  Home: 57423,
  End: 57424,
  Insert: 57425,
  Delete: 57426,
  Clear: 57427,
}
