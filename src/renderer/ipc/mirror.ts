import { toWireError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'

/** Something of main's that this window shows. */
export interface MirrorSource<T> {
  /** What it is called in a sentence: "the hosts". */
  readonly name: string
  readonly list: () => Promise<T>
  readonly onChanged: (listener: (value: T) => void) => Disposable
  readonly show: (value: T) => void
}

/** Keeps a copy of something of main's until disposed. */
export type Follow = <T>(source: MirrorSource<T>) => Disposable

const firstRetryMs = 1_000
const lastRetryMs = 30_000

/**
 * Makes the one way in which stores mirror main: what it announces is shown, the first state is asked for, and asked for
 * again (after 1 s, later every 30 s) while that fails. A failure is reported once, with the next step.
 */
export function createFollow(report: (error: unknown) => void): Follow {
  return ({ name, list, onChanged, show }) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let ended = false
    // Main announces whole states: one that came while the list was on its way is the newer.
    let known = false
    const stop = onChanged(value => {
      known = true
      show(value)
    })
    const ask = (delayMs: number) => {
      Promise.resolve()
        .then(list)
        .then(
          value => (ended || known ? undefined : show(value)),
          (error: unknown) => {
            if (ended || known) return
            if (delayMs === firstRetryMs)
              report(
                new Error(`Can’t load ${name}: ${toWireError(error).message} Retrying. If this stays, restart Hawser.`),
              )
            timer = setTimeout(() => ask(Math.min(2 * delayMs, lastRetryMs)), delayMs)
          },
        )
    }
    ask(firstRetryMs)
    return {
      dispose: () => {
        ended = true
        clearTimeout(timer)
        stop.dispose()
      },
    }
  }
}
