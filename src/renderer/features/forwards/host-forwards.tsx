import { ArrowLeft, ExternalLink, Play, Plus, Square, Waypoints } from 'lucide-react'

import type { Forward } from '../../../shared/contract/forwards.ts'
import { targetKey } from '../../../shared/contract/targets.ts'
import type { Preset, PresetId } from '../../../shared/contract/presets.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dot } from '../../ui/tag.tsx'
import type { ForwardRowParts } from './forward-row.tsx'
import { detailText, endText, listenEnd, listenerText, stateLook } from './forward-text.ts'
import css from './forwards.module.css'
import { forwardsOf, isOn, useForwards } from '../../mirrors/forwards.ts'
import { openForwardDialog } from './forwards-state.ts'

/** True if the port may serve a web page, which is assumed of a port without a preset. */
function isPage(presets: readonly Preset[], id: PresetId | null): boolean {
  const preset = presets.find(each => each.id === id)
  return preset === undefined || preset.page !== null
}

const shownPresets = 6

/** The forwards of one host with their switches, its detected ports, and presets that it does not use yet. */
export function HostForwards({
  target,
  parts,
}: {
  readonly target: Forward['target']
  readonly parts: ForwardRowParts
}) {
  const { forwards, presets, found, foundTroubles } = useForwards(state => state.book)
  const { api, quietly, sizeText } = parts
  const mine = forwardsOf(forwards, target)
  const listening = found.filter(each => targetKey(each.target) === targetKey(target))
  const left = presets
    .filter(preset => !mine.some(({ forward }) => forward.presetId === preset.id))
    .slice(0, shownPresets)
  return (
    <div className={css['side']}>
      {mine.map(snapshot => {
        const { id, label, page, kind } = snapshot.forward
        const on = isOn(snapshot)
        const look = stateLook(snapshot, sizeText)
        const at = listenEnd(snapshot)
        return (
          <div
            key={id}
            className={css['sideRow']}
            title={[endText(at), detailText(snapshot)].filter(Boolean).join(' · ')}
          >
            <Dot tone={look.tone} label={look.text} />
            <span>{label}</span>
            <code>
              {at.kind === 'tcp' ? at.port : 'socket'}
              {kind === 'remote' && <ArrowLeft size={11} aria-label="from the host" />}
            </code>
            {on && page !== null && kind === 'local' && (
              <IconButton small label={`Open ${label}`} onClick={() => quietly(api.forwards.open({ id }))}>
                <ExternalLink size={14} />
              </IconButton>
            )}
            {on ? (
              <IconButton small label={`Stop ${label}`} onClick={() => quietly(api.forwards.stop({ id }))}>
                <Square size={13} />
              </IconButton>
            ) : (
              <IconButton small label={`Start ${label}`} onClick={() => quietly(api.forwards.start({ id }))}>
                <Play size={13} />
              </IconButton>
            )}
          </div>
        )
      })}
      {foundTroubles
        .filter(each => targetKey(each.target) === targetKey(target))
        .map(({ text }) => (
          <p key={text}>{text}</p>
        ))}
      {listening.map(({ port, process, owner, presetId }) => (
        <div key={port} className={css['sideRow']} title={process}>
          <Dot tone="info" label="listening on the host" />
          <span>{presets.find(({ id }) => id === presetId)?.name ?? listenerText({ process, owner })}</span>
          <code>{port}</code>
          <IconButton
            small
            label={`Forward port ${port} from ${parts.hostName({ target })}`}
            onClick={() => quietly(api.forwards.forwardPort({ target, port, open: isPage(presets, presetId) }))}
          >
            <Waypoints size={14} />
          </IconButton>
        </div>
      ))}
      <div className={css['chips']}>
        {left.map(preset => (
          <Button
            key={preset.id}
            small
            title={`Forward ${preset.name} and open it`}
            onClick={() => openForwardDialog({ kind: 'preset', presetId: preset.id, target })}
          >
            {preset.name}
          </Button>
        ))}
        <Button small look="ghost" onClick={() => openForwardDialog({ kind: 'form', forward: null, target })}>
          <Plus size={13} aria-hidden="true" /> New forward
        </Button>
      </div>
    </div>
  )
}
