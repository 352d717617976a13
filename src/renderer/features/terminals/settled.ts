import type { Terminal } from '@xterm/xterm'

const pauseMs = 400
const maxMs = 6_000

/** Watches a shell that has just started. */
export interface Settling {
  /** Called when output of the shell arrives. */
  readonly onOutput: () => void
  /**
   * Resolves when the shell waits for a command: it switched bracketed paste on, which shells do with their prompt, or its
   * output has paused. Never takes longer than six seconds.
   */
  readonly settled: Promise<void>
}

export function settling(terminal: Terminal): Settling {
  let onOutput = () => {}
  const settled = new Promise<void>(resolve => {
    let pause: number | undefined
    let parsed: { dispose(): void } | undefined
    const done = () => {
      clearTimeout(pause)
      clearTimeout(timeout)
      parsed?.dispose()
      resolve()
    }
    const timeout = window.setTimeout(done, maxMs)
    onOutput = () => {
      parsed ??= terminal.onWriteParsed(() => {
        if (terminal.modes.bracketedPasteMode) return done()
        clearTimeout(pause)
        pause = window.setTimeout(done, pauseMs)
      })
    }
  })
  return { onOutput: () => onOutput(), settled }
}
