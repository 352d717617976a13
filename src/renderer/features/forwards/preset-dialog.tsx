import { useEffect, useRef, useState } from 'react'

import { AppError, messageOf } from '../../../shared/base/errors.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Forward, Launch, PresetResult } from '../../../shared/contract/forwards.ts'
import type { Preset } from '../../../shared/contract/presets.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { Select, TextField } from '../../ui/field.tsx'
import ui from '../../ui/text.module.css'
import type { ForwardHost } from './forward-form.tsx'
import css from './forwards.module.css'
import { PresetIcon } from './preset-icon.tsx'
import { useOperations } from './use-operations.ts'

export interface PresetDialogProps {
  readonly api: Api
  readonly preset: Preset
  readonly target: Forward['target'] | null
  readonly hosts: readonly ForwardHost[]
  readonly keyOf: (target: Forward['target']) => string
  readonly onOpened: (text: string) => void
  readonly onClose: () => void
}

type Offer = Extract<PresetResult, { kind: 'not-running' }>
type Step =
  | { readonly kind: 'pick' }
  | { readonly kind: 'working'; readonly text: string }
  | { readonly kind: 'offer'; readonly offer: Offer }

/** Finds a service on a host and opens it. Offers to start it if it is not running. */
export function PresetDialog({ api, preset, target, hosts, keyOf, onOpened, onClose }: PresetDialogProps) {
  const only = target ? keyOf(target) : hosts.length === 1 ? hosts[0]?.key : undefined
  const [host, setHost] = useState(only ?? hosts[0]?.key ?? '')
  const [address, setAddress] = useState('')
  const [nodes, setNodes] = useState<readonly string[]>([])
  const [step, setStep] = useState<Step>({ kind: 'pick' })
  const [error, setError] = useState<string | null>(null)
  // Once the dialog is closed its calls are cancelled, and an answer that still arrives is ignored.
  const closed = useRef(false)
  const { begin, cancelAll } = useOperations(api)
  useEffect(() => {
    closed.current = false
    return () => {
      closed.current = true
      cancelAll()
    }
  }, [cancelAll])
  const chosen = hosts.find(each => each.key === host)
  const on = chosen?.label ?? 'the host'

  // After a failure the dialog goes back to the step before, with everything that was typed.
  const work = async (text: string, run: () => Promise<PresetResult | null>, back: Step = { kind: 'pick' }) => {
    setError(null)
    setStep({ kind: 'working', text })
    try {
      const result = await run()
      if (closed.current) return
      if (result?.kind === 'not-running') setStep({ kind: 'offer', offer: result })
      else {
        if (result) onOpened(`${preset.name} on ${on} is forwarded.`)
        onClose()
      }
    } catch (failed) {
      // A cancelled launch reports what it left running on the host.
      if (closed.current) return back.kind === 'offer' && isCancelled(failed) ? onOpened(messageOf(failed)) : undefined
      setStep(back)
      setError(messageOf(failed))
    }
  }
  const input = () => ({
    target: chosen?.target as Forward['target'],
    presetId: preset.id,
    address: address.trim() || null,
    operation: begin(),
  })
  const look = () => {
    if (!chosen) return setError('Add a host first.')
    void work(`Looking for ${preset.name} on ${on}`, () => api.presets.use(input()))
  }
  // Opens it without a token: the user's own must not reach another user's service.
  const openAnyway = (port: number, offer: Offer) => {
    const { target: remote, operation } = input()
    const page = { path: preset.page ?? '/', secure: false }
    void work(
      `Opening port ${port} of ${on}`,
      async () => ({
        kind: 'opened',
        id: await api.forwards.forwardPort({ target: remote, port, open: true, page, operation }),
      }),
      { kind: 'offer', offer },
    )
  }
  // With a given host there is nothing to choose, so the click that opened the dialog is enough.
  useEffect(() => {
    if (target) look()
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it opens
  }, [])

  return (
    <Dialog
      title={step.kind === 'offer' ? `Start ${preset.name} on ${on}` : preset.name}
      description={
        step.kind === 'offer'
          ? `${preset.name} isn’t running on ${on}.`
          : 'Finds the running service, forwards its port and opens it. You can also start it.'
      }
      badge={<PresetIcon name={preset.icon} />}
      width={560}
      onClose={onClose}
    >
      {step.kind === 'working' && <p role="status">{step.text}</p>}
      {step.kind === 'pick' && (
        <div className={css['fields']}>
          <Select label="Host" value={host} onChange={event => setHost(event.target.value)}>
            {hosts.map(each => (
              <option key={each.key} value={each.key}>
                {each.label}
              </option>
            ))}
          </Select>
          {preset.kind === 'local' && (
            <TextField
              label="Compute node (optional)"
              value={address}
              placeholder="None"
              list="nodes-behind"
              hint="A machine that the host can reach, such as node17"
              onFocus={() => {
                if (chosen)
                  void api.presets
                    .nodes({ target: chosen.target, operation: begin() })
                    .then(setNodes, () => setNodes([]))
              }}
              onChange={event => setAddress(event.target.value)}
            />
          )}
          <datalist id="nodes-behind">
            {nodes.map(node => (
              <option key={node} value={node} />
            ))}
          </datalist>
        </div>
      )}
      {step.kind === 'offer' && step.offer.elsesPort !== null && (
        <PortInUse port={step.offer.elsesPort} onOpen={port => openAnyway(port, step.offer)} />
      )}
      {step.kind === 'offer' && (
        <Start
          preset={preset}
          offer={step.offer}
          onStart={launch =>
            void work(`Starting ${preset.name} on ${on}`, () => api.presets.launch({ ...input(), launch }), {
              kind: 'offer',
              offer: { ...step.offer, launch },
            })
          }
          onService={(launch, keep) =>
            void work(
              keep ? `Adding ${preset.name} to systemd on ${on}` : `Removing ${preset.name} from systemd on ${on}`,
              async () => {
                await api.presets.setService({ ...input(), launch, on: keep })
                return keep ? waitForService(() => api.presets.use(input()), closed) : null
              },
              { kind: 'offer', offer: { ...step.offer, launch } },
            )
          }
          onClose={onClose}
        />
      )}
      {error !== null && (
        <p className={ui['error']} role="alert">
          {error}
        </p>
      )}
      {step.kind !== 'offer' && (
        <Actions>
          <Grow />
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={step.kind === 'working'} onClick={look}>
            Forward and open
          </Button>
        </Actions>
      )}
    </Dialog>
  )
}

function PortInUse({ port, onOpen }: { readonly port: number; readonly onOpen: (port: number) => void }) {
  return (
    <div className={ui['note']} data-tone="warn" role="note">
      <p>Another user or a container is listening on port {port}.</p>
      <Button onClick={() => onOpen(port)}>Open anyway</Button>
    </div>
  )
}

function isCancelled(error: unknown): boolean {
  return error instanceof AppError && error.code === 'cancelled'
}

const serviceTries = 20

/** Waits for a service that systemd has just started: it takes a moment to listen. */
async function waitForService(
  look: () => Promise<PresetResult>,
  closed: { readonly current: boolean },
): Promise<PresetResult> {
  for (let tries = 1; ; tries++) {
    const result = await look()
    if (result.kind === 'opened' || tries === serviceTries || closed.current) return result
    await new Promise(resolve => setTimeout(resolve, 1000))
  }
}

interface StartProps {
  readonly preset: Preset
  readonly offer: Offer
  readonly onStart: (launch: Launch) => void
  readonly onService: (launch: Launch, on: boolean) => void
  readonly onClose: () => void
}

function Start({ preset, offer, onStart, onService, onClose }: StartProps) {
  const [command, setCommand] = useState(offer.launch?.command ?? preset.start ?? '')
  const [folder, setFolder] = useState(offer.launch?.folder ?? '~')
  const [environment, setEnvironment] = useState(offer.launch?.environment ?? '')
  const launch = { command: command.trim(), folder: folder.trim(), environment }
  const environments = [...new Set([...offer.environments, ...(environment === '' ? [] : [environment])])]
  return (
    <form
      className={css['start']}
      onSubmit={event => {
        event.preventDefault()
        if (launch.command !== '') onStart(launch)
      }}
    >
      <div className={css['fields']}>
        <div data-wide>
          <TextField
            label="Command"
            value={command}
            hint="{port} is replaced with a free port"
            onChange={event => setCommand(event.target.value)}
          />
        </div>
        <TextField label="Working directory" value={folder} onChange={event => setFolder(event.target.value)} />
        <Select label="Environment" value={environment} onChange={event => setEnvironment(event.target.value)}>
          <option value="">Login shell</option>
          {environments.map(each => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </Select>
      </div>
      <p className={css['none']}>
        {offer.tmux
          ? `Runs in the tmux session hawser-${preset.id} and keeps running after you disconnect.`
          : 'Keeps running after you disconnect.'}
      </p>
      <Actions>
        {offer.service !== 'none' && (
          <Button onClick={() => onService(launch, offer.service === 'off')}>
            {offer.service === 'off' ? 'Keep running with systemd' : 'Remove from systemd'}
          </Button>
        )}
        <Grow />
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" type="submit" disabled={launch.command === ''}>
          Start and open
        </Button>
      </Actions>
    </form>
  )
}
