import type { ServerText } from '../../shared/base/server-text.ts'
import { LinkedText } from './linked-text.tsx'
import css from './server-notice.module.css'

interface ServerNoticeProps {
  readonly said: ServerText
  /** The host's name, for the accessible name. */
  readonly label: string
  readonly openLink: (address: string) => void
}

/** A server's text from before sign-in has finished, in its own frame. */
export function ServerNotice({ said, label, openLink }: ServerNoticeProps) {
  return (
    <section className={css['notice']} aria-label={`Notice from ${label}`}>
      <p role="status">
        <LinkedText text={said.fromServer} open={openLink} />
      </p>
    </section>
  )
}
