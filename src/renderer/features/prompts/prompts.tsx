import { ExternalLink, ShieldAlert, ShieldQuestion, TerminalSquare, TriangleAlert } from 'lucide-react'
import { useRef, useState } from 'react'

import { assertNever } from '../../../shared/base/assert-never.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Answer, ShownKey } from '../../../shared/contract/prompts.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { Checkbox } from '../../ui/field.tsx'
import ui from '../../ui/text.module.css'
import { ConflictDialog } from './conflict-dialog.tsx'
import { HawserSecrets, ServerSecrets } from './secrets-dialogs.tsx'
import { shownQuestion, usePrompts } from '../../mirrors/prompts.ts'
import { isFromServer } from './server-question.ts'
import type { Asked } from './asked.ts'

export interface PromptsProps {
  readonly api: Api
  /** Opens the vault so that a secret can be saved; false if the user cancels. */
  readonly openVault: () => Promise<boolean>
  readonly copy: (text: string) => void
  /** Opens a URL from a server's text. */
  readonly openLink: (address: string) => void
}

/** Shows the current question; others wait until it is answered. */
export function Prompts({ api, openVault, copy, openLink }: PromptsProps) {
  const question = usePrompts(shownQuestion)
  if (!question) return null
  const answer = (value: Answer | null) => void api.prompts.answer({ id: question.id, answer: value })
  const common = { key: question.id, answer, copy }
  switch (question.kind) {
    case 'new-key':
      return <NewKey {...common} question={question} />
    case 'changed-key':
      return <ChangedKey {...common} question={question} />
    case 'secrets':
      return isFromServer(question) ? (
        <ServerSecrets {...common} question={question} openVault={openVault} openLink={openLink} />
      ) : (
        <HawserSecrets {...common} question={question} openVault={openVault} openLink={openLink} />
      )
    case 'conflict':
      return <ConflictDialog {...common} question={question} api={api} />
    case 'run-command':
      return <RunCommand {...common} question={question} />
    case 'open-address':
      return <OpenAddress {...common} question={question} />
    default:
      return assertNever(question)
  }
}

function NewKey({ question, answer }: Asked<'new-key'>) {
  const { label, address, via, key, elsewhere } = question
  return (
    <Dialog
      alert
      unasked
      title={`Trust ${label}?`}
      description={
        elsewhere.length > 0
          ? 'You haven’t connected to this server through this route before.'
          : 'You haven’t connected to this server before.'
      }
      badge={<ShieldQuestion size={18} />}
      onClose={() => answer(null)}
    >
      <dl className={ui['pairs']}>
        <dt>Address</dt>
        <dd className={ui['mono']}>{shownName(address)}</dd>
        {via.length > 0 && (
          <>
            <dt>Via</dt>
            <dd className={ui['mono']}>{shownName(via.join(', '))}</dd>
          </>
        )}
        <dt>Host key</dt>
        <KeyText value={key} />
        {elsewhere.length > 0 && <dt>Known {elsewhere.length > 1 ? 'keys' : 'key'}</dt>}
        {elsewhere.map(each => (
          <KeyText key={each.fingerprint} value={each} />
        ))}
      </dl>
      {elsewhere.length > 0 && (
        <div className={ui['note']}>
          <TriangleAlert size={16} aria-hidden="true" />
          <span>
            known_hosts has a different key for this address. It may belong to another machine, reached through another
            route. If you have connected to this server before, its key has changed: don’t trust it unless you know why.
          </span>
        </div>
      )}
      <p className={ui['hint']}>
        Compare the fingerprint with the one your provider shows. Nothing has been sent yet. If you trust the key, it is
        saved in known_hosts.
      </p>
      <Actions>
        <Button onClick={() => answer(null)}>Cancel</Button>
        <Button look="primary" onClick={() => answer({ kind: 'trust' })}>
          Trust and connect
        </Button>
      </Actions>
    </Dialog>
  )
}

function ChangedKey({ question, answer, copy }: Asked<'changed-key'>) {
  const { label, address, offered, known, place, revoked } = question
  const [sure, setSure] = useState(false)
  const [knows, setKnows] = useState(false)
  const refuse = useRef<HTMLButtonElement>(null)
  const details = [
    `Host: ${label} (${address})`,
    ...known.map(key => `Known: ${key.type} ${key.fingerprint}`),
    `Offered: ${offered.type} ${offered.fingerprint}`,
    `Stored in: ${place}`,
  ].join('\n')
  return (
    <Dialog
      alert
      unasked
      title={`The host key of ${label} has changed`}
      description={
        revoked
          ? 'This key is marked as revoked in known_hosts. Don’t use it.'
          : 'Someone could be intercepting the connection, or the server was reinstalled.'
      }
      badge={<ShieldAlert size={18} />}
      tone="bad"
      width={560}
      onClose={() => answer(null)}
      initialFocus={refuse}
    >
      <dl className={ui['pairs']}>
        <dt>{revoked ? 'Revoked key' : known.length > 1 ? 'Known keys' : 'Known key'}</dt>
        <dd>
          {known.map(key => (
            <div key={key.fingerprint} className={ui['mono']}>
              {key.fingerprint} {key.type}
            </div>
          ))}
        </dd>
        <dt>Offered key</dt>
        <KeyText value={offered} />
        <dt>Stored in</dt>
        <dd className={ui['mono']}>{shownName(place)}</dd>
      </dl>
      <div className={ui['note']} data-tone={sure ? 'bad' : 'warn'}>
        <TriangleAlert size={16} aria-hidden="true" />
        <span>
          {sure
            ? 'If you replace the key, you trust the server that is answering now. Only do this if you know why the key changed.'
            : 'No password or key has been sent. Compare the offered fingerprint with your provider’s console before you replace the key.'}
        </span>
      </div>
      {sure && <Checkbox label="I know why the key changed" onChange={event => setKnows(event.target.checked)} />}
      <Actions>
        <Button look="ghost" onClick={() => copy(details)}>
          Copy details
        </Button>
        <Grow />
        {!revoked && !sure && (
          <Button key="ask" look="danger" onClick={() => setSure(true)}>
            Replace key
          </Button>
        )}
        {sure && (
          <Button key="do" look="danger" disabled={!knows} onClick={() => answer({ kind: 'replace-key' })}>
            Replace key and connect
          </Button>
        )}
        <Button ref={refuse} look="primary" onClick={() => answer(null)}>
          Don’t connect
        </Button>
      </Actions>
    </Dialog>
  )
}

function KeyText({ value }: { readonly value: ShownKey }) {
  return (
    <dd className={ui['mono']}>
      {value.fingerprint} {value.type}
    </dd>
  )
}

const commandReasons = {
  'proxy-command': 'It is the ProxyCommand that connects to the server.',
  'match-exec': 'It is a Match exec condition that decides which settings apply to this host.',
} as const

function RunCommand({ question, answer }: Asked<'run-command'>) {
  const { label, command, place, reason } = question
  const refuse = useRef<HTMLButtonElement>(null)
  return (
    <Dialog
      alert
      unasked
      title={`Run a command for ${label}?`}
      description={`Your SSH config runs this command on this computer, as your user. ${commandReasons[reason]}`}
      badge={<TerminalSquare size={18} />}
      width={560}
      onClose={() => answer(null)}
      initialFocus={refuse}
    >
      <pre>{shownName(command)}</pre>
      <dl className={ui['pairs']}>
        <dt>From</dt>
        <dd className={ui['mono']}>{shownName(place)}</dd>
      </dl>
      <p className={ui['hint']}>If you run it, you won’t be asked about this exact command again.</p>
      <Actions>
        <Button ref={refuse} onClick={() => answer(null)}>
          Cancel
        </Button>
        <Button look="primary" onClick={() => answer({ kind: 'run' })}>
          Run command
        </Button>
      </Actions>
    </Dialog>
  )
}

function OpenAddress({ question, answer }: Asked<'open-address'>) {
  return (
    <Dialog
      alert
      unasked
      title="Connect to this address?"
      description="Another app asked Hawser to open this address."
      badge={<ExternalLink size={18} />}
      onClose={() => answer(null)}
    >
      <p className={ui['mono']} style={{ overflowWrap: 'anywhere' }}>
        {shownName(question.address)}
      </p>
      <Actions>
        <Button onClick={() => answer(null)}>Cancel</Button>
        <Button look="primary" onClick={() => answer({ kind: 'open' })}>
          Connect
        </Button>
      </Actions>
    </Dialog>
  )
}
