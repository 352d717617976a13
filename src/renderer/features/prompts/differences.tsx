import { MergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useEffect, useRef, useState } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { ConflictSide } from '../../../shared/contract/prompts.ts'

interface DifferencesProps {
  readonly api: Api
  readonly source: ConflictSide
  readonly target: ConflictSide
}

/** Shows the existing file and the file that would replace it side by side. */
export function Differences({ api, source, target }: DifferencesProps) {
  const box = useRef<HTMLDivElement>(null)
  const [error, setError] = useState<string | null>(null)
  useEffect(() => {
    let view: MergeView | undefined
    let open = true
    const read = async ({ place, size }: ConflictSide) =>
      new TextDecoder().decode((await api.files.read({ place, offset: 0, length: size })).data)
    void Promise.all([read(target), read(source)]).then(
      ([existing, replacement]) => {
        if (!open || !box.current) return
        view = new MergeView({
          parent: box.current,
          a: { doc: existing, extensions: side('Existing file') },
          b: { doc: replacement, extensions: side('Source') },
          collapseUnchanged: { margin: 2 },
        })
      },
      (failed: unknown) => (open ? setError(messageOf(failed)) : undefined),
    )
    return () => {
      open = false
      view?.destroy()
    }
  }, [api, source, target])
  if (error !== null) return <p role="alert">{error}</p>
  return <div ref={box} role="group" aria-label="Differences" style={{ maxHeight: '40vh', overflow: 'auto' }} />
}

function side(label: string) {
  return [
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ 'aria-label': label }),
    EditorView.theme({ '.cm-scroller': { fontFamily: 'var(--font-mono)', fontSize: '12px' } }),
  ]
}
