import { Globe, Plus, Waypoints } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'

import type { ForwardSnapshot, FoundPort, PortRule } from '../../../shared/contract/forwards.ts'
import { targetKey } from '../../../shared/contract/targets.ts'
import type { Preset } from '../../../shared/contract/presets.ts'
import { Button } from '../../ui/button.tsx'
import { fuzzyFind } from '../../ui/fuzzy.ts'
import { ContextMenu } from '../../ui/menu.tsx'
import { Tag } from '../../ui/tag.tsx'
import ui from '../../ui/field.module.css'
import page from '../../ui/page.module.css'
import { ForwardRow, type ForwardRowParts } from './forward-row.tsx'
import { listenerText } from './forward-text.ts'
import css from './forwards.module.css'
import { useForwards } from '../../mirrors/forwards.ts'
import { PresetIcon } from './preset-icon.tsx'
import { openForwardDialog } from './forwards-state.ts'

const shownFirst = 6
// Presets arrive as copies, so they are compared by content.
const isOwn = (preset: Preset, builtIn: readonly Preset[]) =>
  !builtIn.some(each => JSON.stringify(each) === JSON.stringify(preset))

/** Presets, saved forwards, and the listening ports of connected hosts. */
export function ForwardsPage({
  parts,
  builtIn,
}: {
  readonly parts: ForwardRowParts
  readonly builtIn: readonly Preset[]
}) {
  const { forwards, found, foundMore, foundTroubles, presets, rules } = useForwards(state => state.book)
  const [typed, setTyped] = useState('')
  const [all, setAll] = useState(false)
  const { api, quietly, hostName } = parts
  useEffect(() => {
    quietly(api.forwards.watch({ targets: 'all' }))
    return () => quietly(api.forwards.watch({ targets: [] }))
  }, [api, quietly])
  const byId = useMemo(() => new Map(presets.map(preset => [preset.id, preset])), [presets])
  const shownPresets = fuzzyFind(presets, typed, ({ name }) => name)
  const shownForwards = fuzzyFind(forwards, typed, ({ forward }) => `${forward.label} ${hostName(forward)}`)
  const [temporary, saved] = [true, false].map(each =>
    shownForwards.filter(({ forward }) => forward.temporary === each),
  )
  const shownFound = fuzzyFind(found, typed, each => `${each.port} ${each.process}`)
  const savedCount = forwards.filter(({ forward }) => !forward.temporary).length
  const few = typed === '' && !all ? shownPresets.slice(0, shownFirst) : shownPresets
  return (
    <div className={page['page']}>
      <div className={css['head']}>
        <h1>Forwards</h1>
        <input
          className={ui['input']}
          type="search"
          aria-label="Filter forwards"
          placeholder="Filter"
          value={typed}
          onChange={event => setTyped(event.target.value)}
        />
        <Button look="primary" onClick={() => openForwardDialog({ kind: 'form', forward: null, target: null })}>
          <Plus size={15} aria-hidden="true" /> New forward
        </Button>
      </div>
      <section aria-label="Presets">
        <h2>
          Presets
          {shownPresets.length > few.length || all ? (
            <Button small look="ghost" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? 'Show fewer' : `Show all ${presets.length}`}
            </Button>
          ) : null}
        </h2>
        <div className={css['tiles']}>
          {few.map(preset => (
            <PresetTile key={preset.id} preset={preset} isOwn={isOwn(preset, builtIn)} parts={parts} />
          ))}
          {(all || few.length < shownFirst) && (
            <button
              type="button"
              className={css['tile']}
              onClick={() => openForwardDialog({ kind: 'new-preset', preset: null })}
            >
              <span className={css['icon']}>
                <Plus size={18} aria-hidden="true" />
              </span>
              <strong>New preset</strong>
              <span>Your own service</span>
            </button>
          )}
        </div>
      </section>
      <section aria-label="Saved">
        <h2>
          Saved <span>{savedCount}</span>
        </h2>
        {savedCount === 0 ? (
          <div className={page['empty']}>
            <Waypoints size={36} strokeWidth={1.25} aria-hidden="true" />
            <div>
              <strong>No forwards yet</strong>
              <p>Click a preset, or choose New forward to open a remote port on this computer.</p>
            </div>
          </div>
        ) : (
          <ForwardRows label="Saved forwards" snapshots={saved ?? []} byId={byId} parts={parts} />
        )}
      </section>
      {temporary && temporary.length > 0 && (
        <section aria-label="Not saved">
          <h2>
            Not saved <span>{temporary.length}</span>
          </h2>
          <ForwardRows label="Unsaved forwards" snapshots={temporary} byId={byId} parts={parts} />
        </section>
      )}
      <section aria-label="Detected ports">
        <h2>
          Detected ports <span>{found.length}</span>
        </h2>
        {found.length === 0 ? (
          <p className={css['none']}>Ports that your programs listen on appear here while a host is connected.</p>
        ) : (
          <ul className={css['rows']} aria-label="Detected ports">
            {shownFound.map(each => (
              <DetectedPort
                key={`${targetKey(each.target)} ${each.port}`}
                found={each}
                preset={byId.get(each.presetId ?? '') ?? null}
                rule={rules[targetKey(each.target)] ?? 'ask'}
                parts={parts}
              />
            ))}
          </ul>
        )}
        {foundTroubles.map(({ target, text }) => (
          <p key={targetKey(target)} className={css['none']}>
            {text}
          </p>
        ))}
        {foundMore && <p className={css['none']}>A host has more listening ports than are shown.</p>}
      </section>
    </div>
  )
}

function ForwardRows({
  label,
  snapshots,
  byId,
  parts,
}: {
  readonly label: string
  readonly snapshots: readonly ForwardSnapshot[]
  readonly byId: ReadonlyMap<string, Preset>
  readonly parts: ForwardRowParts
}) {
  return (
    <ul className={css['rows']} aria-label={label}>
      {snapshots.map(snapshot => (
        <ForwardRow
          key={snapshot.forward.id}
          snapshot={snapshot}
          preset={byId.get(snapshot.forward.presetId ?? '') ?? null}
          parts={parts}
        />
      ))}
    </ul>
  )
}

function PresetTile({
  preset,
  isOwn,
  parts,
}: {
  readonly preset: Preset
  readonly isOwn: boolean
  readonly parts: ForwardRowParts
}) {
  const { api, quietly } = parts
  const tile = (
    <button
      type="button"
      className={css['tile']}
      aria-label={preset.name}
      onClick={() => openForwardDialog({ kind: 'preset', presetId: preset.id, target: null })}
    >
      <span className={css['icon']} data-on="true">
        <PresetIcon name={preset.icon} />
      </span>
      <strong>{preset.name}</strong>
      <span>{preset.ports[0]}</span>
    </button>
  )
  return (
    <ContextMenu
      items={[
        { label: 'Forward', run: () => openForwardDialog({ kind: 'preset', presetId: preset.id, target: null }) },
        {
          label: isOwn ? 'Edit preset' : 'Customize preset',
          run: () => openForwardDialog({ kind: 'new-preset', preset }),
        },
        ...(isOwn
          ? [
              {
                label: 'Delete preset',
                danger: true,
                line: true,
                run: () => quietly(api.presets.remove({ id: preset.id })),
              },
            ]
          : []),
      ]}
    >
      {tile}
    </ContextMenu>
  )
}

const ruleLabels: Readonly<Record<PortRule, string>> = {
  ask: 'Ask before forwarding ports from this host',
  automatic: 'Forward ports from this host automatically',
  never: 'Never show ports from this host',
}

function DetectedPort({
  found,
  preset,
  rule,
  parts,
}: {
  readonly found: FoundPort
  readonly preset: Preset | null
  readonly rule: PortRule
  readonly parts: ForwardRowParts
}) {
  const { api, quietly, hostName } = parts
  const { port, process } = found
  const target = found.target as Exclude<FoundPort['target'], { kind: 'local' }>
  const host = hostName({ target })
  const listener = listenerText(found)
  const name = preset?.name ?? `Port ${port}`
  const page = preset === null || preset.page !== null
  const forward = () => quietly(api.forwards.forwardPort({ target, port, open: page }))
  const row = (
    <li className={css['row']} aria-label={`${port} ${listener}`}>
      <span className={css['icon']}>
        {preset ? <PresetIcon name={preset.icon} /> : <Globe size={18} aria-hidden="true" />}
      </span>
      <span className={css['name']}>
        <strong>{name}</strong>
        <span className={css['sub']} title={process}>
          {host} · {listener}
        </span>
      </span>
      <span className={css['ends']}>
        <code>
          {host}:{port}
        </code>
      </span>
      <span className={css['state']}>
        <Tag tone="info">listening on host</Tag>
      </span>
      <span className={css['buttons']}>
        <Button
          small
          look="ghost"
          aria-label={`Ignore port ${port} on ${host}`}
          onClick={() => quietly(api.forwards.ignorePort({ target, port }))}
        >
          Ignore
        </Button>
        <Button small look="primary" aria-label={`Forward port ${port} from ${host}`} onClick={forward}>
          <Waypoints size={14} aria-hidden="true" /> Forward
        </Button>
      </span>
    </li>
  )
  return (
    <ContextMenu
      items={(['ask', 'automatic', 'never'] as const).map(each => ({
        label: `${ruleLabels[each]}${each === rule ? ' ✓' : ''}`,
        run: () => quietly(api.forwards.setRule({ target, rule: each })),
      }))}
    >
      {row}
    </ContextMenu>
  )
}
