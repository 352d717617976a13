import { Waypoints } from 'lucide-react'
import { useState } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import { parseForwardSpecs, type ForwardSpec, type SpecEnd } from '../../../shared/base/forward-spec.ts'
import type { Endpoint, Forward, ForwardId, ForwardKind } from '../../../shared/contract/forwards.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Checkbox, Select, TextField } from '../../ui/field.tsx'
import ui from '../../ui/text.module.css'
import { FormActions, useUnsavedForm } from '../../ui/unsaved-form.tsx'
import { ForwardDrawing } from './forward-drawing.tsx'
import { endText, isWide, parseEnd } from './forward-text.ts'
import css from './forwards.module.css'

/** A host that can carry a forward. */
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
  local: 'Local: open a remote port on this computer',
  remote: 'Remote: open a local port on the host',
  dynamic: 'Dynamic: SOCKS proxy through the host',
}

/** Creates or edits a forward, with a drawing of which machine listens and where its connections go. */
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
  const unsaved = useUnsavedForm(onClose)
  const dynamic = kind === 'dynamic'
  const ends = readEnds({ kind, listen, to })
  const chosen = hosts.find(each => each.key === host)
  const whole = ends && chosen ? { kind, ...ends, target: chosen.target } : null
  const wide = ends !== null && isWide(ends.listen)
  // An address that the user typed is used as it is.
  const canBeOwn = kind === 'local' && ends?.listen.kind === 'tcp' && ends.listen.address === 'localhost'

  const take = (text: string) => {
    const [spec] = parseForwardSpecs(text)
    if (!spec) return
    setKind(spec.kind)
    setListen(specText(spec.listen))
    setTo(spec.to ? specText(spec.to) : '')
  }
  const save = async (begin: boolean) => {
    if (!whole) return setError(hosts.length === 0 ? 'Add a host first.' : 'Enter a port, such as 8888, for both ends.')
    if (wide && !wideOk)
      return setError('Other computers could connect to this address. Select the checkbox to allow it.')
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
      temporary: false,
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
      description="Stays active until you stop it and reconnects automatically."
      badge={<Waypoints size={18} />}
      width={620}
      onClose={unsaved.leave}
    >
      <form
        ref={unsaved.form}
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
          <Select label="Type" value={kind} onChange={event => setKind(event.target.value as ForwardKind)}>
            {(Object.keys(kinds) as ForwardKind[]).map(each => (
              <option key={each} value={each}>
                {kinds[each]}
              </option>
            ))}
          </Select>
        </div>
        <TextField
          label={kind === 'remote' ? 'Remote listening port' : 'Local listening port'}
          value={listen}
          placeholder={dynamic ? '1080' : '8888'}
          hint="Port, address:port or socket path"
          onChange={event => setListen(event.target.value)}
        />
        {!dynamic && (
          <TextField
            label={kind === 'remote' ? 'Destination, as seen from this computer' : 'Destination, as seen from the host'}
            value={to}
            placeholder={kind === 'remote' ? '52698' : '8888 or node17:8888'}
            hint="Port, address:port or socket path"
            onChange={event => setTo(event.target.value)}
          />
        )}
        {kind === 'local' && <PageField page={page} onPage={setPage} />}
        <Select label="Start" value={start} onChange={event => setStart(event.target.value as Forward['start'])}>
          <option value="hand">Manually</option>
          <option value="host">When the host connects</option>
          <option value="app">When Hawser starts</option>
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
            <code className={css['command']} role="group" aria-label="Equivalent ssh command">
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
      <FormActions unsaved={unsaved}>
        <Button onClick={() => void save(false)}>Save</Button>
        <Button look="primary" onClick={() => void save(true)}>
          Save and start
        </Button>
      </FormActions>
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

// The host may have been deleted: the first one is chosen then.
function hostKeyOf(hosts: readonly ForwardHost[], key: string): string {
  return hosts.some(each => each.key === key) ? key : (hosts[0]?.key ?? '')
}

interface ConsentsProps {
  readonly kind: ForwardKind
  readonly freePort: boolean
  readonly onFreePort: (on: boolean) => void
  /** Null if the forward can't have one. */
  readonly ownAddress: boolean | null
  readonly onOwnAddress: (on: boolean) => void
  /** True if other computers could connect. */
  readonly wide: boolean
  readonly wideOk: boolean
  readonly onWideOk: (on: boolean) => void
}

/** The options of the listening port, and the consent to let other computers connect. */
function Consents({ kind, freePort, onFreePort, ownAddress, onOwnAddress, wide, wideOk, onWideOk }: ConsentsProps) {
  const consent =
    kind === 'remote'
      ? 'Allow connections from other computers, if GatewayPorts on the host permits it'
      : 'Allow connections from other computers'
  return (
    <div data-wide>
      {kind !== 'remote' && (
        <Checkbox
          label="If the port is in use, use the next free one"
          checked={freePort}
          onChange={event => onFreePort(event.target.checked)}
        />
      )}
      {ownAddress !== null && (
        <Checkbox
          label="Listen on a separate loopback address for this host"
          checked={ownAddress}
          onChange={event => onOwnAddress(event.target.checked)}
        />
      )}
      {wide && <Checkbox label={consent} checked={wideOk} onChange={event => onWideOk(event.target.checked)} />}
    </div>
  )
}

function readEnds({ kind, listen, to }: { kind: ForwardKind; listen: string; to: string }) {
  const target = kind === 'dynamic' ? null : parseEnd(to)
  if (kind !== 'dynamic' && (target === null || (target.kind === 'tcp' && target.port === 0))) return null
  // The local port defaults to the remote one.
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
