import type { Terminal } from '@xterm/xterm'

/** Resets the modes that an ended program left on: alternate screen, mouse, hidden cursor. Keeps the scrollback. */
export function leaveModes(terminal: Terminal): void {
  const { active } = terminal.buffer
  // Outside of the alternate screen, leaving it would move the cursor to the top.
  const screen = active.type === 'alternate' ? '\x1b[?1049l' : ''
  const off = `\x18${screen}\x1b[?1000;1002;1003;1004;1005;1006;1015;2004l\x1b[!p\x1b[?25h\x1b[0m`
  terminal.write(screen === '' && active.cursorX === 0 ? off : `${off}\r\n`)
}

/** Marks where the output of a lost shell ends and that of the next one begins; `lostAt` as in `Date.now`. */
export function markGap(terminal: Terminal, lostAt: number): void {
  const time = (at: number) => new Date(at).toLocaleTimeString()
  terminal.write(`\x1b[2m── Disconnected at ${time(lostAt)}, reconnected at ${time(Date.now())} ──\x1b[0m\r\n`)
}
