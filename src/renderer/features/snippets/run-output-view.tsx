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
  /** How much there is by now. */
  readonly bytes: number
  readonly onProblem: (error: unknown) => void
}

// More than that is saved or copied rather than read here.
const mostShown = 256 * 1024

/** What a host prints, as it comes; stays at the end as long as nobody scrolls up. */
export function RunOutputView({ api, id, row, label, bytes, onProblem }: RunOutputViewProps) {
  const [raw, setRaw] = useState({ text: '', cut: false })
  const box = useRef<HTMLPreElement>(null)
  const follows = useRef(true)
  const wanted = useRef(bytes)
  wanted.current = bytes
  const reader = useRef({ at: 0, busy: false, decoder: new TextDecoder() })
  useEffect(() => {
    let open = true
    const read = async () => {
      const now = reader.current
      if (now.busy) return
      now.busy = true
      try {
        while (open && now.at < wanted.current) {
          const skip = wanted.current - now.at > 2 * mostShown
          const part = await api.runs.output({ id, row, from: skip ? wanted.current - mostShown : now.at })
          if (!open) return
          const cut = skip || part.left > 0
          now.at = part.next
          if (part.data.length === 0) break
          const more = now.decoder.decode(part.data, { stream: true })
          setRaw(old => {
            const text = (cut ? '' : old.text) + more
            return { text: text.slice(-2 * mostShown), cut: old.cut || cut || text.length > 2 * mostShown }
          })
        }
      } finally {
        now.busy = false
      }
    }
    read().catch(onProblem)
    return () => void (open = false)
  }, [api, id, row, bytes, onProblem])
  const shown = useMemo(() => shownOutput(raw.text), [raw.text])
  useEffect(() => {
    if (follows.current) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [shown])
  return (
    <>
      {raw.cut && <p className={css['hint']}>The end is shown here. Save it to have more.</p>}
      <pre
        ref={box}
        tabIndex={0}
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
