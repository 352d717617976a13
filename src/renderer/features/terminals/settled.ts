import type { Terminal } from '@xterm/xterm'

const quietMs = 400
const longestMs = 6_000

/** Watches a shell that has just started. */
export interface Settling {
  /** Called when output of the shell arrives. */
  readonly heard: () => void
  /**
   * Resolves when the shell waits for a command: it switched bracketed paste on, which shells do with their prompt, or its
   * output has paused. Never takes longer than six seconds.
   */
  readonly settled: Promise<void>
}

export function settling(terminal: Terminal): Settling {
  let heard = () => {}
  const settled = new Promise<void>(resolve => {
    let quiet: number | undefined
    let parsed: { dispose(): void } | undefined
    const done = () => {
      clearTimeout(quiet)
      clearTimeout(longest)
      parsed?.dispose()
      resolve()
    }
    const longest = window.setTimeout(done, longestMs)
    heard = () => {
      parsed ??= terminal.onWriteParsed(() => {
        if (terminal.modes.bracketedPasteMode) return done()
        clearTimeout(quiet)
        quiet = window.setTimeout(done, quietMs)
      })
    }
  })
  return { heard: () => heard(), settled }
}
