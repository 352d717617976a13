import { toWireError } from '../../shared/base/errors.ts'
import { Button } from '../ui/button.tsx'
import ui from '../ui/page.module.css'

/** Stands for the whole window when main did not give it what it starts from. */
export function StartFailure({ error }: { readonly error: unknown }) {
  return (
    <main className={ui['page']}>
      <div className={ui['empty']} role="alert">
        <h1>Hawser can’t show its window</h1>
        <p>{toWireError(error).message} Try again, or restart Hawser.</p>
        <Button look="primary" onClick={() => location.reload()}>
          Try again
        </Button>
      </div>
    </main>
  )
}
