import { create } from 'zustand'

import type { Disposable } from '../../../shared/base/lifecycle.ts'
import { nameOf } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { UnsentEdit } from '../../../shared/contract/edits.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import type { Follow } from '../../ipc/mirror.ts'
import { Button } from '../../ui/button.tsx'
import css from './unsent-edits.module.css'

const useUnsent = create<{ readonly edits: readonly UnsentEdit[] }>()(() => ({ edits: [] }))

/** Keeps this window's list of changes that are not on their host yet equal to main's. */
export function mirrorUnsent({ edits }: Api, follow: Follow): Disposable {
  const show = (unsent: readonly UnsentEdit[]) => useUnsent.setState({ edits: unsent })
  return follow({ name: 'the files that are not sent yet', list: edits.unsent, onChanged: edits.onUnsent, show })
}

export interface UnsentEditsProps {
  readonly api: Api
  readonly labelOf: (target: Target) => string
  readonly copy: (text: string) => void
  readonly onProblem: (error: unknown) => void
}

/** Files that were changed in a local editor and are not on their host: what is wrong, and the ways on. */
export function UnsentEdits({ api, labelOf, copy, onProblem }: UnsentEditsProps) {
  const edits = useUnsent(state => state.edits)
  return edits.map(({ id, place, path, why, retries }) => {
    const [name, host] = [shownName(nameOf(place.path)), labelOf(place.side.target)]
    return (
      <section key={id} aria-label={`${name}, not sent yet`} className={css['edit']}>
        <p role="alert">
          <strong>{name}</strong> was changed, but is not on {host} yet. {why}
          {retries && ` Hawser retries when ${host} can be reached.`}
        </p>
        <div className={css['ways']}>
          <Button small look="primary" onClick={() => void api.edits.send({ id }).catch(onProblem)}>
            Send now
          </Button>
          <Button small title={path} onClick={() => copy(path)}>
            Copy path of local copy
          </Button>
          <Button small onClick={() => void api.edits.drop({ id }).catch(onProblem)}>
            Don’t send
          </Button>
        </div>
      </section>
    )
  })
}
