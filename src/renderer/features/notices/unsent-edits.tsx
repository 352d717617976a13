import { nameOf } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import { Button } from '../../ui/button.tsx'
import css from './unsent-edits.module.css'
import { useUnsent } from '../../mirrors/unsent-edits.ts'

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
