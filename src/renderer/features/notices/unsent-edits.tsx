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

/** Lists files edited in an external editor that couldn't be uploaded, with the reason and the next steps. */
export function UnsentEdits({ api, labelOf, copy, onProblem }: UnsentEditsProps) {
  const edits = useUnsent(state => state.edits)
  return edits.map(({ id, place, path, why, retries }) => {
    const [name, host] = [shownName(nameOf(place.path)), labelOf(place.side.target)]
    return (
      <section key={id} aria-label={`${name}, not uploaded`} className={css['edit']}>
        <p role="alert">
          Changes to <strong>{name}</strong> have not been uploaded to {host}. {why}
          {retries && ` Hawser retries when ${host} is reachable.`}
        </p>
        <div className={css['ways']}>
          <Button small look="primary" onClick={() => void api.edits.send({ id }).catch(onProblem)}>
            Upload now
          </Button>
          <Button small title={path} onClick={() => copy(path)}>
            Copy local path
          </Button>
          <Button small onClick={() => void api.edits.drop({ id }).catch(onProblem)}>
            Don’t upload
          </Button>
        </div>
      </section>
    )
  })
}
