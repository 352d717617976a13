import { MergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { PencilLine } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'

import { AppError, messageOf } from '../../../shared/base/errors.ts'
import { joinPath, nameOf, parentOf } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import { largestRead, type FileVersion, type Place } from '../../../shared/contract/files.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import ui from '../../ui/text.module.css'
import { CodeView, look } from './code-view.tsx'
import { paneOf } from './file-panes.ts'
import { draftOf, dropDraft, keepDraft } from './drafts.ts'
import type { DialogParts, FilesParts } from './files-parts.ts'
import { looksBinary } from './preview-kind.ts'
import { SendButton } from './send-button.tsx'
import css from './preview.module.css'
import { useLoaded } from './use-loaded.ts'

interface Opened {
  readonly text: string
  readonly version: FileVersion
  readonly place: Place
  /** The file's line endings (CRLF) and byte order mark, which a save preserves. */
  readonly crlf: boolean
  readonly bom: boolean
}

export interface EditProps extends Pick<DialogParts, 'close'> {
  readonly parts: Pick<FilesParts, 'api' | 'isDark' | 'sender'> & {
    readonly panes: Pick<FilesParts['panes'], 'refresh'>
  }
  /** The pane that shows the file's folder; null if `at` is given. */
  readonly paneId: string | null
  readonly name: string
  /** The location of a file outside any pane, and the line to scroll to. */
  readonly at?: { readonly place: Place; readonly line: number }
}

/** Edits a text file in place. A save writes the whole file and never silently overwrites changes made elsewhere. */
export function EditDialog({ parts, paneId, close, name, at }: EditProps) {
  const { api } = parts
  const text = useRef<string | null>(null)
  /** The file version that the edits are based on. */
  const base = useRef<FileVersion | null>(null)
  const load = useCallback(async () => {
    const pane = paneId === null ? undefined : paneOf(paneId)
    const inPane = pane?.path == null ? undefined : { side: pane.side, path: joinPath(pane.path, name) }
    const place = at?.place ?? inPane
    if (!place) throw new Error('This folder is no longer open.')
    const opened = await openText(parts, place)
    const draft = draftOf(place)
    // A draft keeps the version it was based on, so that later changes are not overwritten.
    base.current = draft?.version ?? opened.version
    if (draft && draft.text !== opened.text) {
      text.current = draft.text
      setState({ kind: 'dirty' })
    }
    return opened
  }, [parts, paneId, name, at])
  // The file is loaded once: refreshing the pane must not discard unsaved text.
  const [loader] = useState(() => load)
  const { value, error } = useLoaded(loader)
  const savedText = useRef<string | null>(null)
  const saving = useRef(false)
  const [state, setState] = useState<{ kind: 'clean' | 'dirty' | 'saving' | 'saved' } | { kind: 'bad'; text: string }>({
    kind: 'clean',
  })
  const [theirs, setTheirs] = useState<Opened | 'unreadable' | null>(null)
  const [leaving, setLeaving] = useState(false)

  const save = async (expected: FileVersion | null, as?: Place) => {
    if (!value || saving.current) return
    saving.current = true
    setLeaving(false)
    setState({ kind: 'saving' })
    const typed = text.current ?? value.text
    try {
      const version = await api.files.save({ place: as ?? value.place, data: encode(typed, value), expected })
      if (paneId !== null) parts.panes.refresh(paneId)
      // The edits are saved as a copy, and the opened file stays as it is.
      if (as) return forget()
      base.current = version
      savedText.current = typed
      const now = text.current ?? value.text
      if (now === typed) dropDraft(api, value.place)
      else keepDraft(api, { place: value.place, text: now, version })
      setState({ kind: now === typed ? 'saved' : 'dirty' })
      setTheirs(null)
    } catch (failed) {
      setState({ kind: 'bad', text: messageOf(failed) })
      if (failed instanceof AppError && failed.code === 'changed')
        setTheirs(await openText(parts, value.place).catch(() => 'unreadable' as const))
    } finally {
      saving.current = false
    }
  }
  const leave = () => {
    const unsaved = (text.current ?? value?.text) !== (savedText.current ?? value?.text)
    if (unsaved || state.kind === 'saving') setLeaving(true)
    else close()
  }
  const forget = () => {
    text.current = null
    if (value) dropDraft(api, value.place)
    close()
  }
  const saveNow = () => void save(base.current)
  return (
    <Dialog
      title={shownName(name)}
      description={statusText(state)}
      badge={<PencilLine size={18} />}
      width={1000}
      onClose={leave}
    >
      <div className={css['body']} data-tall>
        {error !== null && <p role="alert">{error}</p>}
        {state.kind === 'bad' && (
          <p className={ui['error']} role="alert">
            {state.text}
          </p>
        )}
        {value && theirs !== null && theirs !== 'unreadable' ? (
          <Difference theirs={theirs.text} ours={text.current ?? value.text} isDark={parts.isDark} />
        ) : (
          value && (
            <CodeView
              text={text.current ?? value.text}
              name={name}
              isDark={parts.isDark}
              line={at?.line ?? 1}
              onChange={typed => {
                text.current = typed
                setLeaving(false)
                if (typed === (savedText.current ?? value.text)) dropDraft(api, value.place)
                else keepDraft(api, { place: value.place, text: typed, version: base.current })
                setState({ kind: 'dirty' })
              }}
              onSave={saveNow}
              onSend={parts.sender.send}
            />
          )
        )}
      </div>
      {leaving ? (
        <Actions>
          <span>Discard changes?</span>
          <Grow />
          <Button onClick={() => setLeaving(false)}>Keep editing</Button>
          <Button look="danger" onClick={forget}>
            Discard changes
          </Button>
        </Actions>
      ) : theirs && value ? (
        <Actions>
          <Button look="danger" onClick={() => void save(theirs === 'unreadable' ? null : theirs.version)}>
            Overwrite file
          </Button>
          <Grow />
          <Button onClick={() => setTheirs(null)}>Keep editing</Button>
          <Button onClick={() => setLeaving(true)}>Discard my changes</Button>
          <Button look="primary" onClick={() => void save(null, besides(value.place))}>
            Save mine as a copy
          </Button>
        </Actions>
      ) : (
        <Actions>
          <SendButton sender={parts.sender} line />
          <Grow />
          <Button onClick={leave}>Close</Button>
          <Button look="primary" disabled={!value || state.kind === 'saving'} onClick={saveNow}>
            Save
          </Button>
        </Actions>
      )}
    </Dialog>
  )
}

/** Shows the file as it is now on the left, and the unsaved text on the right. */
function Difference({ theirs, ours, isDark }: { theirs: string; ours: string; isDark: boolean }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const parent = box.current
    if (!parent) return
    const extensions = (label: string) => [
      look(isDark),
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ 'aria-label': label }),
    ]
    const view = new MergeView({
      parent,
      a: { doc: theirs, extensions: extensions('Current file') },
      b: { doc: ours, extensions: extensions('Your version') },
      collapseUnchanged: { margin: 3 },
    })
    return () => view.destroy()
  }, [theirs, ours, isDark])
  return <div ref={box} className={css['code']} role="group" aria-label="Differences" />
}

async function openText({ api }: Pick<FilesParts, 'api'>, place: Place): Promise<Opened> {
  const info = await api.files.info({ place })
  if (info?.kind !== 'file') throw new Error('Only regular files can be edited.')
  if (info.size > largestRead)
    throw new Error('Files larger than 5 MB can’t be edited here. Use an editor in a terminal.')
  const { data, version } = await api.files.read({ place, offset: 0, length: largestRead })
  if (looksBinary(data)) throw new Error('This is a binary file and can’t be edited as text.')
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let text: string
  try {
    text = decoder.decode(data)
  } catch {
    throw new Error('This file is not UTF-8. Saving it here would corrupt it.')
  }
  const bom = text.startsWith('\ufeff')
  const crlf = text.includes('\r\n')
  if (/\r(?!\n)/.test(text) || (crlf && /(^|[^\r])\n/.test(text)))
    throw new Error('This file has mixed line endings. Saving it here would change them.')
  const plain = (bom ? text.slice(1) : text).replaceAll('\r\n', '\n')
  return { text: plain, version, place, crlf, bom }
}

function encode(text: string, { crlf, bom }: Opened): Uint8Array<ArrayBuffer> {
  const lines = crlf ? text.replace(/\r?\n/g, '\r\n') : text
  return new TextEncoder().encode(bom ? `\ufeff${lines}` : lines)
}

function besides(place: Place): Place {
  const name = nameOf(place.path)
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  // The name is cut so that the suffix doesn't make it too long for the file system.
  return { ...place, path: joinPath(parentOf(place.path), `${[...name].slice(0, 50).join('')}.mine-${stamp}`) }
}

function statusText(state: { kind: string }): string {
  const words: Readonly<Record<string, string>> = { dirty: 'Unsaved changes', saving: 'Saving…', saved: 'Saved' }
  return words[state.kind] ?? ''
}
