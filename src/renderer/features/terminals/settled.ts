import type { Terminal } from '@xterm/xterm'

const quietMs = 400
const longestMs = 6_000

/** What is heard of a shell that has just started. */
export interface Settling {
  /** Its first output came. */
  readonly heard: () => void
  /**
   * Answers when it waits for a command: it takes pastes as one, which shells say with their prompt, or it has said
   * something and is quiet. Never later than six seconds.
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
