import { useEffect, useMemo, useRef, useState } from 'react'

import type { Api } from '../../../shared/contract/contract.ts'
import type { RunId } from '../../../shared/contract/snippets.ts'
import { shownOutput } from './run-text.ts'
import css from './snippets.module.css'

interface RunOutputViewProps {
  readonly api: Api
  readonly id: RunId
  readonly row: number
  readonly label: string
  /** The size of the output so far. */
  readonly bytes: number
  readonly onProblem: (error: unknown) => void
}

/** The output of a host as it arrives. Follows the end unless the user scrolls up. */
export function RunOutputView({ api, id, row, label, bytes, onProblem }: RunOutputViewProps) {
  const [raw, setRaw] = useState({ text: '', cut: false })
  const [reader] = useState(
    () => new OutputReader(from => api.runs.output({ id, row, from }), { onRead: setRaw, onProblem }),
  )
  const box = useRef<HTMLPreElement>(null)
  const follows = useRef(true)
  useEffect(() => reader.open(), [reader])
  useEffect(() => reader.readTo(bytes), [reader, bytes])
  const shown = useMemo(() => shownOutput(raw.text), [raw.text])
  useEffect(() => {
    if (follows.current) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [shown])
  return (
    <>
      {raw.cut && <p className={css['hint']}>Showing the end of the output. Save it to see more.</p>}
      <pre
        ref={box}
        tabIndex={0}
        role="group"
        aria-label={`Output of ${label}`}
        onScroll={event => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget
          follows.current = scrollHeight - scrollTop - clientHeight < 24
        }}
      >
        {shown}
      </pre>
    </>
  )
}

type Fetch = (from: number) => ReturnType<Api['runs']['output']>

interface ReaderParts {
  readonly onRead: (read: Read) => void
  readonly onProblem: (error: unknown) => void
}

interface Read {
  readonly text: string
  /** True if output before it was dropped. */
  readonly cut: boolean
}

// Longer output is for saving or copying, not for reading in a panel.
const maxShown = 256 * 1024

/** Fetches output part by part, up to its current size, and keeps the end of it. */
class OutputReader {
  readonly #fetch: Fetch
  readonly #parts: ReaderParts
  readonly #decoder = new TextDecoder()
  #read: Read = { text: '', cut: false }
  #at = 0
  #wanted = 0
  #busy = false
  #open = false

  constructor(fetch: Fetch, parts: ReaderParts) {
    this.#fetch = fetch
    this.#parts = parts
  }

  /** Starts reading; the returned function stops it. */
  open(): () => void {
    this.#open = true
    this.readTo(this.#wanted)
    return () => void (this.#open = false)
  }

  readTo(bytes: number): void {
    this.#wanted = bytes
    if (!this.#busy && this.#open)
      this.#run().catch((error: unknown) => (this.#open ? this.#parts.onProblem(error) : undefined))
  }

  async #run(): Promise<void> {
    this.#busy = true
    try {
      while (this.#open && this.#at < this.#wanted) {
        const skips = this.#wanted - this.#at > 2 * maxShown
        const { data, next, left } = await this.#fetch(skips ? this.#wanted - maxShown : this.#at)
        if (data.length === 0) return
        this.#at = next
        const cut = skips || left > 0
        const text = (cut ? '' : this.#read.text) + this.#decoder.decode(data, { stream: true })
        this.#read = { text: text.slice(-2 * maxShown), cut: this.#read.cut || cut || text.length > 2 * maxShown }
        if (this.#open) this.#parts.onRead(this.#read)
      }
    } finally {
      // In the same tick as the last check of #wanted: the next readTo() must not find it busy.
      this.#busy = false
    }
  }
}
