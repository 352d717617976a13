import { LanguageDescription, syntaxHighlighting, HighlightStyle, type LanguageSupport } from '@codemirror/language'
import { languages } from '@codemirror/language-data'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { basicSetup } from 'codemirror'
import { useEffect, useRef, useState } from 'react'

import { hasCells, sentFrom } from './code-send.ts'
import css from './preview.module.css'

interface CodeViewProps {
  readonly text: string
  readonly name: string
  readonly isDark: boolean
  /** The line to scroll to, from 1. */
  readonly line?: number
  /** Called on every change. The editor is read-only without it. */
  readonly onChange?: (text: string) => void
  readonly onSave?: () => void
  /** Sends a line, a cell or the selection to a terminal. */
  readonly onSend?: (text: string) => void
}

/** A text editor or viewer with syntax highlighting. */
export function CodeView({ text, name, isDark, line = 1, onChange, onSave, onSend }: CodeViewProps) {
  const box = useRef<HTMLDivElement>(null)
  const latest = useRef({ onChange, onSave, onSend })
  useEffect(() => void (latest.current = { onChange, onSave, onSend }))
  const editable = onChange !== undefined
  // An editor keeps its own text from the first one on; a viewer follows changes of `text`.
  const [first] = useState(text)
  const shown = editable ? first : text
  const content = useRef(first)
  useEffect(() => {
    const parent = box.current
    if (!parent) return
    const language = new Compartment()
    const view = new EditorView({
      parent,
      state: EditorState.create({
        // A theme change rebuilds the editor, which must keep unsaved text.
        doc: editable ? content.current : shown,
        extensions: [
          // These handlers come before the editor's key map, which also binds Ctrl+Enter.
          EditorView.domEventHandlers({
            keydown: (event, view) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey || event.shiftKey)) {
                const { onSend: send } = latest.current
                // Without cells, Shift+Enter inserts a line break as usual.
                if (!send || (event.shiftKey && !hasCells(view.state))) return false
                const { text: sent, next } = sentFrom(view.state, event.shiftKey ? 'cell' : 'line')
                view.dispatch({ selection: { anchor: next }, scrollIntoView: true })
                if (sent.trim() !== '') send(sent)
                return true
              }
              if (!(event.ctrlKey || event.metaKey) || event.key !== 's') return false
              latest.current.onSave?.()
              return true
            },
          }),
          basicSetup,
          look(isDark),
          language.of([]),
          EditorState.readOnly.of(!editable),
          EditorView.contentAttributes.of({ 'aria-label': editable ? 'Text' : 'Contents' }),
          EditorView.updateListener.of(update => {
            if (!update.docChanged) return
            content.current = update.state.doc.toString()
            latest.current.onChange?.(content.current)
          }),
        ],
      }),
    })
    void languageOf(name).then(found => found && view.dispatch({ effects: language.reconfigure(found) }))
    const { from } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines))
    if (from > 0)
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
    if (editable) view.focus()
    return () => view.destroy()
  }, [name, isDark, editable, shown, line])
  return <div ref={box} className={css['code']} />
}

/** An editor theme built from the window's colors. */
export function look(isDark: boolean): Extension {
  const theme = EditorView.theme(
    {
      '&': { height: '100%', backgroundColor: 'var(--bg)', color: 'var(--text)' },
      '.cm-scroller': { fontFamily: 'var(--font-mono)', fontSize: '12px' },
      '.cm-gutters': { backgroundColor: 'var(--bg)', color: 'var(--faint)', borderRight: '1px solid var(--line)' },
      '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
      '.cm-cursor': { borderLeftColor: 'var(--accent)' },
      '&.cm-focused': { outline: 'none' },
      '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--text)' },
      '.cm-panels input, .cm-panels button': { color: 'var(--text)', background: 'var(--surface)' },
    },
    { dark: isDark },
  )
  const colors = HighlightStyle.define([
    { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--accent)' },
    { tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
    { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
    { tag: [tags.comment, tags.meta], color: 'var(--faint)', fontStyle: 'italic' },
    { tag: [tags.function(tags.variableName), tags.definition(tags.variableName)], color: 'var(--info)' },
    { tag: [tags.typeName, tags.className, tags.propertyName], color: 'var(--info)' },
    { tag: tags.heading, fontWeight: '600' },
    { tag: tags.invalid, color: 'var(--bad)' },
  ])
  return [theme, syntaxHighlighting(colors)]
}

/** Finds the language of a file by its name. */
async function languageOf(name: string): Promise<LanguageSupport | null> {
  const found = LanguageDescription.matchFilename(languages, name)
  return found ? found.load().catch(() => null) : null
}
