import { ArrowRight, Ellipsis, ExternalLink, Globe } from 'lucide-react'

import type { ConfigLine } from '../../../shared/base/errors.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { ForwardSnapshot } from '../../../shared/contract/forwards.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import type { Preset } from '../../../shared/contract/presets.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Dot, Tag } from '../../ui/tag.tsx'
import { detailText, endsOf, stateLook } from './forward-text.ts'
import css from './forwards.module.css'
import { isOn } from '../../mirrors/forwards.ts'
import { PresetIcon } from './preset-icon.tsx'
import { openForwardDialog } from './forwards-state.ts'

export interface ForwardRowParts {
  readonly api: Api
  readonly sizeText: (bytes: number) => string
  readonly quietly: (work: Promise<unknown>) => void
  /** The name of the host in the interface. */
  readonly hostName: (of: { readonly target: Target }) => string
  readonly commandOf: (forward: ForwardSnapshot['forward']) => string
  readonly copy: (text: string) => void
  /** Opens a config file at a line. */
  readonly openLine: (at: ConfigLine) => void
}

const kindSuffixes = { local: '', remote: ' · remote', dynamic: ' · dynamic' } as const

/** One forward, with buttons to start and stop it. */
export function ForwardRow({
  snapshot,
  preset,
  parts,
}: {
  readonly snapshot: ForwardSnapshot
  readonly preset: Preset | null
  readonly parts: ForwardRowParts
}) {
  const { forward, state, listening, configLine } = snapshot
  const { api, sizeText, quietly, hostName } = parts
  const { id, label } = forward
  const on = isOn(snapshot)
  const host = hostName(forward)
  const [from, to] = endsOf(snapshot, host)
  const look = stateLook(snapshot, sizeText)
  const detail = detailText(snapshot)
  const moved =
    listening?.kind === 'tcp' &&
    forward.listen.kind === 'tcp' &&
    forward.listen.port !== 0 &&
    listening.port !== forward.listen.port
  return (
    <li className={css['row']} aria-label={label} data-state={state.kind}>
      <span className={css['icon']} data-on={on}>
        {preset ? <PresetIcon name={preset.icon} /> : <Globe size={18} aria-hidden="true" />}
      </span>
      <span className={css['name']}>
        <strong>{label}</strong>
        <span className={css['sub']} title={detail}>
          {host}
          {kindSuffixes[forward.kind]}
          {configLine ? ' · SSH config' : ''}
          {moved ? ` · port ${forward.listen.kind === 'tcp' ? forward.listen.port : ''} was in use` : ''}
          {detail === '' ? '' : ` · ${detail}`}
        </span>
      </span>
      <span className={css['ends']}>
        <code>{from}</code>
        <ArrowRight size={15} aria-label="to" />
        <code>{to}</code>
      </span>
      <span className={css['state']} role="status">
        <Tag tone={look.tone}>
          <Dot tone={look.tone} label="" /> {look.text}
        </Tag>
      </span>
      <span className={css['buttons']}>
        {forward.page !== null && forward.kind === 'local' && on && (
          <Button small aria-label={`Open ${label}`} onClick={() => quietly(api.forwards.open({ id }))}>
            <ExternalLink size={14} aria-hidden="true" /> Open
          </Button>
        )}
        {state.kind === 'needs-you' && (
          <Button
            small
            look="primary"
            aria-label={`${state.error === null ? 'Answer' : 'Sign in'} for ${label}`}
            onClick={() => quietly(api.forwards.start({ id }))}
          >
            {state.error === null ? 'Answer' : 'Sign in'}
          </Button>
        )}
        {on ? (
          <Button small aria-label={`Stop ${label}`} onClick={() => quietly(api.forwards.stop({ id }))}>
            Stop
          </Button>
        ) : (
          <Button
            small
            look="primary"
            aria-label={`Start ${label}`}
            onClick={() => quietly(api.forwards.start({ id }))}
          >
            Start
          </Button>
        )}
        <Menu
          trigger={
            <IconButton small label={`Actions for ${label}`}>
              <Ellipsis size={15} />
            </IconButton>
          }
          items={[
            { label: 'Copy address', run: () => quietly(api.forwards.copyAddress({ id })) },
            { label: 'Copy ssh command', run: () => parts.copy(parts.commandOf(forward)) },
            ...(configLine
              ? [
                  {
                    label: `Open SSH config at line ${configLine.line}`,
                    line: true,
                    run: () => parts.openLine(configLine),
                  },
                ]
              : [
                  {
                    label: forward.temporary ? 'Save forward' : 'Edit forward',
                    line: true,
                    run: () =>
                      openForwardDialog({
                        kind: 'form',
                        forward: { ...forward, temporary: false },
                        target: forward.target,
                      }),
                  },
                  {
                    label: 'Delete forward',
                    danger: true,
                    line: true,
                    run: () => quietly(api.forwards.remove({ id })),
                  },
                ]),
          ]}
        />
      </span>
    </li>
  )
}
