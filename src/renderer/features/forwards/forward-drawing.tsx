import { ArrowRight } from 'lucide-react'

import type { Endpoint, ForwardKind } from '../../../shared/contract/forwards.ts'
import { endText } from './forward-text.ts'
import css from './forwards.module.css'

interface ForwardDrawingProps {
  readonly kind: ForwardKind
  readonly listen: Endpoint
  readonly to: Endpoint | null
  readonly host: string
}

/** Shows which machine listens, and where its connections go. */
export function ForwardDrawing({ kind, listen, to, host }: ForwardDrawingProps) {
  const local = { name: 'This computer', end: kind === 'remote' ? (to ? endText(to) : '') : endText(listen) }
  const onHost = to?.kind === 'unix' || (to?.kind === 'tcp' && /^(localhost|127\.|::1)/.test(to.address))
  const beyond = kind === 'dynamic' ? 'anywhere' : kind === 'local' && to && !onHost ? endText(to) : null
  const remoteEnd = kind === 'remote' ? endText(listen) : kind === 'local' && onHost && to ? endText(to) : ''
  const left = <Machine name={local.name} end={local.end} listens={kind !== 'remote'} />
  const right = <Machine name={host} end={remoteEnd} listens={kind === 'remote'} />
  return (
    <div
      className={css['drawing']}
      role="img"
      aria-label={`${kind === 'remote' ? host : 'This computer'} listens on ${endText(listen)}`}
    >
      {kind === 'remote' ? right : left}
      <span className={css['wire']}>
        SSH
        <ArrowRight size={18} />
      </span>
      {kind === 'remote' ? left : right}
      {beyond !== null && (
        <>
          <ArrowRight size={18} />
          <Machine name="Destination" end={beyond} listens={false} />
        </>
      )}
    </div>
  )
}

function Machine({ name, end, listens }: { name: string; end: string; listens: boolean }) {
  return (
    <span className={css['machine']} data-listens={listens}>
      <strong>{name}</strong>
      <code>{end === '' ? ' ' : end}</code>
      <span>{listens ? 'listens' : ' '}</span>
    </span>
  )
}
