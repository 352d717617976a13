import type { ServerText } from '../../shared/base/server-text.ts'
import { LinkedText } from './linked-text.tsx'
import css from './server-notice.module.css'

interface ServerNoticeProps {
  readonly said: ServerText
  /** The host, for the name of the frame. */
  readonly label: string
  readonly openLink: (address: string) => void
}

/** A server's words before the sign-in is over, in a frame of their own. */
export function ServerNotice({ said, label, openLink }: ServerNoticeProps) {
  return (
    <section className={css['notice']} aria-label={`Notice from ${label}`}>
      <p role="status">
        <LinkedText text={said.fromServer} open={openLink} />
      </p>
    </section>
  )
}
