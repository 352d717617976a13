import type { Disposable } from '../../../shared/base/lifecycle.ts'
import type { Settings } from '../../../shared/contract/settings.ts'
import { targetKey, type Target } from '../../../shared/contract/targets.ts'
import { maxClipboardBytes, type ClipboardWish } from './clipboard-sequence.ts'
import { useTerminals, type ClipboardQuestion } from './terminals-state.ts'

type ClipboardHost = Settings['terminal']['clipboardHosts'][number]

export interface ClipboardGateParts {
  readonly settings: () => Settings['terminal']
  /** The name of a target in the interface. */
  readonly labelOf: (target: Target) => string
  readonly write: (text: string, to: 'clipboard' | 'selection') => void
  /** Replaces the saved answers. */
  readonly remember: (hosts: readonly ClipboardHost[]) => void
  readonly onNotice: (text: string) => void
}

// A program that keeps copying writes its latest text four times a second, with one notice each time.
const delayMs = 250
const maxHosts = 500

/**
 * Decides whether a program may put text on the clipboard: by the setting, else by the saved answer for the target, else
 * by asking in the pane. Every write is reported with the name of the target, so that the clipboard never changes
 * unnoticed, whatever tab is in front.
 */
export class ClipboardGate implements Disposable {
  readonly #parts: ClipboardGateParts
  readonly #waiting = new Map<string, { readonly timer: ReturnType<typeof setTimeout>; write: () => void }>()

  constructor(parts: ClipboardGateParts) {
    this.#parts = parts
  }

  /** Handles the request of a program in a pane to put text on the clipboard. */
  wished(paneId: string, target: Target, wish: ClipboardWish): void {
    const { clipboardWrites, clipboardHosts } = this.#parts.settings()
    const known = clipboardHosts.find(each => each.key === targetKey(target))
    if (clipboardWrites === 'never') return
    if (clipboardWrites === 'always' || known?.allow) return this.#fulfil(target, wish)
    if (known) return
    if (wish.kind === 'write') ask(paneId, { target, text: wish.text, to: wish.to })
    else this.#fulfil(target, wish)
  }

  /** Takes the user's answer to the question in a pane; null postpones it. */
  answer(paneId: string, allow: boolean | null): void {
    const question = useTerminals.getState().clipboard[paneId]
    this.forget(paneId)
    if (!question || allow === null) return
    const { target, text, to } = question
    const key = targetKey(target)
    const others = this.#parts.settings().clipboardHosts.filter(each => each.key !== key)
    const label = this.#parts.labelOf(target).slice(0, 256)
    this.#parts.remember([...others, { key, label, allow }].slice(-maxHosts))
    if (allow) this.#fulfil(target, { kind: 'write', text, to })
  }

  /** Removes the question of a pane that was closed or gets another shell. */
  forget(paneId: string): void {
    useTerminals.setState(({ clipboard: { [paneId]: _gone, ...clipboard } }) => ({ clipboard }))
  }

  dispose(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer)
    this.#waiting.clear()
  }

  /** Writes the text, or reports that it is too large. */
  #fulfil(target: Target, wish: ClipboardWish): void {
    const write = () => {
      const label = this.#parts.labelOf(target)
      if (wish.kind === 'too-large') {
        const limit = maxClipboardBytes / 1024 / 1024
        return this.#parts.onNotice(`A program on ${label} tried to copy more than ${limit} MiB. Nothing was copied.`)
      }
      this.#parts.write(wish.text, wish.to)
      const place = wish.to === 'clipboard' ? 'clipboard' : 'primary selection'
      this.#parts.onNotice(`A program on ${label} copied ${sizeOf(wish.text)} to the ${place}.`)
    }
    const key = targetKey(target)
    const waiting = this.#waiting.get(key)
    if (waiting) {
      waiting.write = write
      return
    }
    const timer = setTimeout(() => {
      const last = this.#waiting.get(key)
      this.#waiting.delete(key)
      last?.write()
    }, delayMs)
    this.#waiting.set(key, { timer, write })
  }
}

/** The length of a text in characters, as in "1 character". */
export function sizeOf(text: string): string {
  let count = 0
  for (const _character of text) count++
  return `${count.toLocaleString('en')} ${count === 1 ? 'character' : 'characters'}`
}

function ask(paneId: string, question: ClipboardQuestion): void {
  useTerminals.setState(({ clipboard }) => ({ clipboard: { ...clipboard, [paneId]: question } }))
}
