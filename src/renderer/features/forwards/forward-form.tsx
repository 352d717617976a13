import { Waypoints } from 'lucide-react'
import { useState } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import { parseForwardSpecs, type ForwardSpec, type SpecEnd } from '../../../shared/base/forward-spec.ts'
import type { Endpoint, Forward, ForwardId, ForwardKind } from '../../../shared/contract/forwards.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { Checkbox, Select, TextField } from '../../ui/field.tsx'
import ui from '../../ui/ui.module.css'
import { ForwardDrawing } from './forward-drawing.tsx'
import { endText, isWide, parseEnd } from './forward-text.ts'
import css from './forwards.module.css'

/** A host that a forward can lead through. */
export interface ForwardHost {
  readonly label: string
  readonly target: Forward['target']
  readonly key: string
}

export interface ForwardFormProps {
  readonly forward: Forward | null
  readonly target: Forward['target'] | null
  readonly hosts: readonly ForwardHost[]
  readonly keyOf: (target: Forward['target']) => string
  readonly commandOf: (forward: Pick<Forward, 'kind' | 'listen' | 'to' | 'target'>) => string
  readonly onSave: (forward: Forward, start: boolean) => Promise<void>
  readonly onClose: () => void
}

const kinds: Readonly<Record<ForwardKind, string>> = {
  local: 'Local: a port of the host comes here',
  remote: 'Remote: a port of this computer goes to the host',
  dynamic: 'Dynamic: a SOCKS proxy through the host',
}

/** Makes or changes a forward, with a drawing of who listens where and what goes through. */
export function ForwardForm({ forward, target, hosts, keyOf, commandOf, onSave, onClose }: ForwardFormProps) {
  const [label, setLabel] = useState(forward?.label ?? '')
  const [id] = useState(() => forward?.id ?? (crypto.randomUUID() as ForwardId))
  const [host, setHost] = useState(() => hostKeyOf(hosts, target ? keyOf(target) : ''))
  const [kind, setKind] = useState<ForwardKind>(forward?.kind ?? 'local')
  const [listen, setListen] = useState(forward ? shortEnd(forward.listen) : '')
  const [to, setTo] = useState(forward?.to ? endText(forward.to) : '')
  const [freePort, setFreePort] = useState(forward?.freePort ?? true)
  const [ownAddress, setOwnAddress] = useState(forward?.ownAddress ?? false)
  const [start, setStart] = useState<Forward['start']>(forward?.start ?? 'hand')
  const [page, setPage] = useState(forward ? (forward.page ?? '') : '/')
  const [wideOk, setWideOk] = useState(forward !== null && isWide(forward.listen))
  const [error, setError] = useState<string | null>(null)
  const dynamic = kind === 'dynamic'
  const ends = readEnds({ kind, listen, to })
  const chosen = hosts.find(each => each.key === host)
  const whole = ends && chosen ? { kind, ...ends, target: chosen.target } : null
  const wide = ends !== null && isWide(ends.listen)
  // An address that was typed is the one that is meant.
  const canBeOwn = kind === 'local' && ends?.listen.kind === 'tcp' && ends.listen.address === 'localhost'

  const take = (text: string) => {
    const [spec] = parseForwardSpecs(text)
    if (!spec) return
    setKind(spec.kind)
    setListen(specText(spec.listen))
    setTo(spec.to ? specText(spec.to) : '')
  }
  const save = async (begin: boolean) => {
    if (!whole) return setError(hosts.length === 0 ? 'Add a host first.' : 'Give a port, such as 8888, for each end.')
    if (wide && !wideOk) return setError('Others could connect to this address. Tick the box if that is what you want.')
    const name = label.trim() || (whole.to ? endText(whole.to) : 'SOCKS proxy')
    const made: Forward = {
      id,
      label: name.slice(0, 128),
      ...whole,
      freePort,
      ownAddress: ownAddress && canBeOwn,
      start,
      presetId: forward?.presetId ?? null,
      page: kind === 'local' && page.trim() !== '' ? page.trim() : null,
      passing: false,
    }
    try {
      await onSave(made, begin)
    } catch (failed) {
      setError(messageOf(failed))
    }
  }
  return (
    <Dialog
      title={forward ? `Edit ${forward.label}` : 'New forward'}
      description="It stays up until you stop it, also when the link is lost in between."
      badge={<Waypoints size={18} />}
      width={620}
      onClose={onClose}
    >
      <form
        className={css['fields']}
        onSubmit={event => {
          event.preventDefault()
          void save(true)
        }}
      >
        {!forward && (
          <div data-wide>
            <TextField
              label="From an ssh command"
              placeholder="-L 8000:localhost:8089"
              onChange={event => take(event.target.value)}
            />
          </div>
        )}
        <TextField label="Label" value={label} maxLength={128} onChange={event => setLabel(event.target.value)} />
        <Select label="Host" value={host} onChange={event => setHost(event.target.value)}>
          {hosts.map(each => (
            <option key={each.key} value={each.key}>
              {each.label}
            </option>
          ))}
        </Select>
        <div data-wide>
          <Select label="Kind" value={kind} onChange={event => setKind(event.target.value as ForwardKind)}>
            {(Object.keys(kinds) as ForwardKind[]).map(each => (
              <option key={each} value={each}>
                {kinds[each]}
              </option>
            ))}
          </Select>
        </div>
        <TextField
          label={kind === 'remote' ? 'Listen on the host' : 'Listen here'}
          value={listen}
          placeholder={dynamic ? '1080' : '8888'}
          hint="A port, address:port, or the path of a socket"
          onChange={event => setListen(event.target.value)}
        />
        {!dynamic && (
          <TextField
            label={kind === 'remote' ? 'To this computer' : 'To, seen from the host'}
            value={to}
            placeholder={kind === 'remote' ? '52698' : '8888 or node17:8888'}
            hint="A port, address:port, or the path of a socket"
            onChange={event => setTo(event.target.value)}
          />
        )}
        {kind === 'local' && <PageField page={page} onPage={setPage} />}
        <Select label="Start" value={start} onChange={event => setStart(event.target.value as Forward['start'])}>
          <option value="hand">By hand</option>
          <option value="host">With the first connection to the host</option>
          <option value="app">With Hawser</option>
        </Select>
        <Consents
          kind={kind}
          freePort={freePort}
          onFreePort={setFreePort}
          ownAddress={canBeOwn ? ownAddress : null}
          onOwnAddress={setOwnAddress}
          wide={wide}
          wideOk={wideOk}
          onWideOk={setWideOk}
        />
        <div data-wide>
          {whole && chosen && <ForwardDrawing kind={kind} listen={whole.listen} to={whole.to} host={chosen.label} />}
          {whole && (
            <code className={css['command']} aria-label="The same with ssh">
              {commandOf(whole)}
            </code>
          )}
        </div>
        {error !== null && (
          <p className={ui['error']} role="alert" data-wide>
            {error}
          </p>
        )}
        <button type="submit" hidden />
      </form>
      <Actions>
        <Grow />
        <Button onClick={onClose}>Cancel</Button>
        <Button onClick={() => void save(false)}>Save</Button>
        <Button look="primary" onClick={() => void save(true)}>
          Save and start
        </Button>
      </Actions>
    </Dialog>
  )
}

function PageField({ page, onPage }: { readonly page: string; readonly onPage: (page: string) => void }) {
  return (
    <TextField
      label="Page"
      value={page}
      placeholder="/"
      hint="Path to open in the browser. Leave empty if this isn’t a web page."
      onChange={event => onPage(event.target.value)}
    />
  )
}

// A host that was deleted is no choice any more.
function hostKeyOf(hosts: readonly ForwardHost[], key: string): string {
  return hosts.some(each => each.key === key) ? key : (hosts[0]?.key ?? '')
}

interface ConsentsProps {
  readonly kind: ForwardKind
  readonly freePort: boolean
  readonly onFreePort: (on: boolean) => void
  /** Null where it can't be chosen. */
  readonly ownAddress: boolean | null
  readonly onOwnAddress: (on: boolean) => void
  /** True where others than this computer could connect. */
  readonly wide: boolean
  readonly wideOk: boolean
  readonly onWideOk: (on: boolean) => void
}

/** What a person says yes to, or not. */
function Consents({ kind, freePort, onFreePort, ownAddress, onOwnAddress, wide, wideOk, onWideOk }: ConsentsProps) {
  const who =
    kind === 'remote'
      ? 'Others can connect to this port of the host, if its GatewayPorts lets them. That is what I want'
      : 'Everybody who reaches this computer can connect. That is what I want'
  return (
    <div data-wide>
      {kind !== 'remote' && (
        <Checkbox
          label="Take the next free port when this one is taken"
          checked={freePort}
          onChange={event => onFreePort(event.target.checked)}
        />
      )}
      {ownAddress !== null && (
        <Checkbox
          label="Listen on an address of this host’s own instead of localhost"
          checked={ownAddress}
          onChange={event => onOwnAddress(event.target.checked)}
        />
      )}
      {wide && <Checkbox label={who} checked={wideOk} onChange={event => onWideOk(event.target.checked)} />}
    </div>
  )
}

function readEnds({ kind, listen, to }: { kind: ForwardKind; listen: string; to: string }) {
  const target = kind === 'dynamic' ? null : parseEnd(to)
  if (kind !== 'dynamic' && (target === null || (target.kind === 'tcp' && target.port === 0))) return null
  // The same port here as over there, when none is given.
  const from =
    listen.trim() === '' && target?.kind === 'tcp' && kind === 'local'
      ? parseEnd(String(target.port))
      : parseEnd(listen)
  return from ? { listen: from, to: target } : null
}

function shortEnd(end: Endpoint): string {
  return end.kind === 'tcp' && end.address === 'localhost' ? String(end.port) : endText(end)
}

function specText(end: SpecEnd | ForwardSpec['listen']): string {
  if (end.kind === 'unix') return end.path
  return end.address === null ? String(end.port) : endText({ kind: 'tcp', address: end.address, port: end.port })
}
