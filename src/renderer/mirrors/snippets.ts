import { create } from 'zustand'

import { DisposableStore, type Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { RunSnapshot, SnippetBook } from '../../shared/contract/snippets.ts'
import type { Follow } from '../ipc/mirror.ts'

interface SnippetsMirror {
  readonly book: SnippetBook
  readonly loaded: boolean
  readonly runs: readonly RunSnapshot[]
}

export const useSnippets = create<SnippetsMirror>()(() => ({
  book: { snippets: [], used: {} },
  loaded: false,
  runs: [],
}))

/** Mirrors main's snippets and their runs. */
export function mirrorSnippets({ snippets, runs }: Api, follow: Follow): Disposable {
  const show = (book: SnippetBook) => useSnippets.setState({ book, loaded: true })
  const showRuns = (all: readonly RunSnapshot[]) => useSnippets.setState({ runs: all })
  const store = new DisposableStore()
  store.add(follow({ name: 'the snippets', list: snippets.list, onChanged: snippets.onChanged, show }))
  store.add(follow({ name: 'the runs', list: runs.list, onChanged: runs.onChanged, show: showRuns }))
  return store
}
