import { MergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useEffect, useRef, useState } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { ConflictSide } from '../../../shared/contract/prompts.ts'
import css from './prompts.module.css'

interface DifferencesProps {
  readonly api: Api
  readonly source: ConflictSide
  readonly target: ConflictSide
  readonly labels: { readonly source: string; readonly target: string }
}

/** Shows the existing file and the file that would replace it side by side. */
export function Differences({ api, source, target, labels }: DifferencesProps) {
  const box = useRef<HTMLDivElement>(null)
  const { source: sourceLabel, target: targetLabel } = labels
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
          a: { doc: existing, extensions: side(targetLabel) },
          b: { doc: replacement, extensions: side(sourceLabel) },
          collapseUnchanged: { margin: 2 },
        })
      },
      (failed: unknown) => (open ? setError(messageOf(failed)) : undefined),
    )
    return () => {
      open = false
      view?.destroy()
    }
  }, [api, source, target, sourceLabel, targetLabel])
  if (error !== null) return <p role="alert">{error}</p>
  return (
    <div role="group" aria-label="Differences">
      <div className={css['sides']} aria-hidden="true">
        <span>{targetLabel}</span>
        <span>{sourceLabel}</span>
      </div>
      <div ref={box} className={css['texts']} />
    </div>
  )
}

function side(label: string) {
  return [
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ 'aria-label': label }),
    EditorView.theme({ '.cm-scroller': { fontFamily: 'var(--font-mono)', fontSize: '12px' } }),
  ]
}
