import type { ISearchOptions } from '@xterm/addon-search'
import { ArrowDown, ArrowUp, CaseSensitive, Regex, WholeWord, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

import { IconButton } from '../../ui/button.tsx'
import css from './terminal-pane.module.css'
import type { TerminalClient } from './terminal-client.ts'
import { useTerminals } from './terminals-state.ts'

type Decorations = NonNullable<ISearchOptions['decorations']>

const ruler = { matchOverviewRuler: '#f0b849', activeMatchColorOverviewRuler: '#f0b849' }
const onDark: Decorations = { matchBackground: '#54470f', activeMatchBackground: '#8a5a00', ...ruler }
const onLight: Decorations = { matchBackground: '#ffe9a8', activeMatchBackground: '#ffc94d', ...ruler }

/** Searches a terminal and its scrollback, with options for case, whole words and regular expressions, and a count. */
export function FindBar({ client }: { readonly client: TerminalClient }) {
  const [needle, setNeedle] = useState('')
  const [options, setOptions] = useState({ caseSensitive: false, wholeWord: false, regex: false })
  const [found, setFound] = useState<{ index: number; count: number } | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const decorations = isDarkColour(client.terminal.options.theme?.background) ? onDark : onLight
  const bad = options.regex && !isRegex(needle)

  useEffect(() => {
    input.current?.focus()
    const listener = client.search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setFound({ index: resultIndex, count: resultCount }),
    )
    return () => {
      listener.dispose()
      client.search.clearDecorations()
    }
  }, [client])

  useEffect(() => {
    // Each search starts without decorations: addon-search 0.16 keeps its old matches when only an option changes.
    client.search.clearDecorations()
    if (needle === '' || bad) {
      setFound(null)
    } else {
      client.search.findPrevious(needle, { ...options, decorations, incremental: true })
    }
  }, [needle, options, bad, client, decorations])

  const step = (forward: boolean) => {
    if (needle === '' || bad) return
    if (forward) client.search.findNext(needle, { ...options, decorations })
    else client.search.findPrevious(needle, { ...options, decorations })
  }
  const close = () => {
    useTerminals.setState({ finding: null })
    client.terminal.focus()
  }
  const toggle = (name: keyof typeof options) => () => setOptions(old => ({ ...old, [name]: !old[name] }))
  return (
    <div className={css['find']} role="search" aria-label="Find in terminal">
      <input
        ref={input}
        type="text"
        role="searchbox"
        aria-label="Find"
        aria-invalid={bad}
        placeholder="Find"
        spellCheck={false}
        value={needle}
        onChange={event => setNeedle(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') step(event.shiftKey)
          if (event.key === 'Escape') close()
        }}
      />
      <span className={css['count']} role="status">
        {countText(needle, bad, found)}
      </span>
      <IconButton label="Match case" aria-pressed={options.caseSensitive} onClick={toggle('caseSensitive')}>
        <CaseSensitive size={16} />
      </IconButton>
      <IconButton label="Whole word" aria-pressed={options.wholeWord} onClick={toggle('wholeWord')}>
        <WholeWord size={16} />
      </IconButton>
      <IconButton label="Regular expression" aria-pressed={options.regex} onClick={toggle('regex')}>
        <Regex size={16} />
      </IconButton>
      <IconButton label="Previous match" onClick={() => step(false)}>
        <ArrowUp size={16} />
      </IconButton>
      <IconButton label="Next match" onClick={() => step(true)}>
        <ArrowDown size={16} />
      </IconButton>
      <IconButton label="Close find" onClick={close}>
        <X size={16} />
      </IconButton>
    </div>
  )
}

function countText(needle: string, bad: boolean, found: { index: number; count: number } | null): string {
  if (bad) return 'Invalid regular expression'
  if (needle === '' || found === null) return ''
  if (found.count === 0) return 'No results'
  return found.index < 0 ? resultsText(found.count) : `${found.index + 1} of ${found.count}`
}

function resultsText(count: number): string {
  return count === 1 ? '1 result' : `${count.toLocaleString('en')} results`
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}

function isDarkColour(colour = '#000000'): boolean {
  const [red, green, blue] = [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16)) as [
    number,
    number,
    number,
  ]
  return red * 0.3 + green * 0.59 + blue * 0.11 < 128
}
