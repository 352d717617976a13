import type { IDisposable, Terminal } from '@xterm/xterm'

// REP, SU, SD, IL, DL, CBT, CHT: a count of 999,999,999 freezes xterm 6 for up to 44 s.
const guarded: Readonly<Record<string, string>> = {
  b: 'repeatPrecedingCharacter',
  S: 'scrollUp',
  T: 'scrollDown',
  L: 'insertLines',
  M: 'deleteLines',
  Z: 'cursorBackwardTab',
  I: 'cursorForwardTab',
}

type Handlers = Record<string, ((params: { params: number[]; length: number }) => unknown) | undefined>

/** Clamps the counts of these sequences to the screen size: a larger count has no further effect. */
export function guardCounts(terminal: Terminal): readonly IDisposable[] {
  const inputHandler = (terminal as unknown as { _core?: { _inputHandler?: Handlers } })._core?._inputHandler
  return Object.entries(guarded).map(([final, method]) =>
    terminal.parser.registerCsiHandler({ final }, params => {
      const count = typeof params[0] === 'number' ? params[0] : 1
      const most = final === 'b' ? terminal.cols * terminal.rows : Math.max(terminal.cols, terminal.rows)
      if (count <= most) return false
      inputHandler?.[method]?.({ params: [most], length: 1 })
      return true
    }),
  )
}
