import type { Door } from '../workspace/door.ts'
import css from './app.module.css'

/** What the tab or page in front says of itself, then what is live. */
export function StatusBar({ doors }: { readonly doors: readonly Door[] }) {
  return (
    <footer className={css['status']}>
      {doors.map(({ statusHere: Here }, at) => Here && <Here key={at} />)}
      <span className={css['grow']} />
      {doors.map(({ status: Status }, at) => Status && <Status key={at} />)}
    </footer>
  )
}
