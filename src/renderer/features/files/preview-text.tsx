import { useEffect, useMemo, useRef, useState } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import { Checkbox } from '../../ui/field.tsx'
import { Button } from '../../ui/button.tsx'
import { CodeView } from './code-view.tsx'
import type { FileReader } from './file-reader.ts'
import { PreviewNotes } from './preview-notes.tsx'
import css from './preview.module.css'
import { sizeText } from '../../../shared/base/sizes.ts'
import { usePreview } from './use-preview.ts'

const headBytes = 256 * 1024
const tailBytes = 64 * 1024
const followMs = 1_000
const retryMs = 3_000

/** Shows the start of a text file, with more on demand, or follows its end. */
export function TextPreview({ reader, name, isDark }: { reader: FileReader; name: string; isDark: boolean }) {
  const isLog = /\.(log|out|err)$/i.test(name)
  const [following, setFollowing] = useState(isLog && reader.size > headBytes)
  return (
    <>
      <div className={css['tools']}>
        <Checkbox
          label="Follow (tail -f)"
          checked={following}
          onChange={event => setFollowing(event.currentTarget.checked)}
        />
      </div>
      {following ? <Tail reader={reader} /> : <Head reader={reader} name={name} isDark={isDark} />}
    </>
  )
}

function Head({ reader, name, isDark }: { reader: FileReader; name: string; isDark: boolean }) {
  const [length, setLength] = useState(headBytes)
  const job = useMemo(() => ({ kind: 'text', length }) as const, [length])
  const { value, error } = usePreview<'text'>(reader, job)
  if (error !== null) return <p role="alert">{error}</p>
  if (!value) return <p role="status">Loading…</p>
  if (value.binary) {
    return (
      <>
        <p role="status">Binary file. Showing the first bytes.</p>
        <pre className={css['hex']}>{value.text}</pre>
      </>
    )
  }
  return (
    <>
      <PreviewNotes notes={value.notes} />
      <CodeView text={value.text} name={name} isDark={isDark} />
      {value.read < reader.size && length < 4 * 1024 * 1024 && (
        <p className={css['more']} role="status">
          {`Showing the first ${sizeText(value.read)} of ${sizeText(reader.size)}`}
          <Button small onClick={() => setLength(length * 4)}>
            Show more
          </Button>
        </p>
      )}
    </>
  )
}

/** Shows the end of a file and follows it as it grows. */
function Tail({ reader }: { reader: FileReader }) {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const box = useRef<HTMLPreElement>(null)
  useEffect(() => {
    let open = true
    let at = Math.max(0, reader.size - tailBytes)
    const decoder = new TextDecoder()
    const step = async () => {
      const { data, version } = await reader.piece(at, tailBytes)
      // The file was truncated or replaced, so follow it from the start.
      if (version.size < at) at = 0
      else at += data.length
      if (!open) return
      if (data.length > 0 && version.size >= at)
        setText(old => (old + decoder.decode(data, { stream: true })).slice(-2 * tailBytes))
      setProblem(null)
      timer = window.setTimeout(again, data.length > 0 ? 50 : followMs)
    }
    const again = () =>
      void step().catch((error: unknown) => {
        if (!open) return
        // Keep following once the connection is back.
        setProblem(messageOf(error))
        timer = window.setTimeout(again, retryMs)
      })
    let timer = window.setTimeout(again, 0)
    return () => {
      open = false
      clearTimeout(timer)
    }
  }, [reader])
  useEffect(() => box.current?.scrollTo({ top: box.current.scrollHeight }), [text])
  return (
    <>
      {problem !== null && <p role="alert">{problem}</p>}
      <pre ref={box} className={css['tail']} tabIndex={0} role="group" aria-label="End of file" aria-live="off">
        {text}
      </pre>
    </>
  )
}
