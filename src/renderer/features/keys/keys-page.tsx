import { Copy, Ellipsis, KeyRound, Plus, Upload } from 'lucide-react'
import { useEffect } from 'react'

import type { Api } from '../../../shared/contract/contract.ts'
import type { KeyInfo } from '../../../shared/contract/keys.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Tag } from '../../ui/tag.tsx'
import page from '../../ui/page.module.css'
import ui from '../../ui/text.module.css'
import css from './keys.module.css'
import { matchingKeys, openKeyDialog, typeText, useKeysView } from './keys-state.ts'
import { loadKeys, useKeys } from '../../mirrors/keys.ts'

export interface KeysPageProps {
  readonly api: Api
  readonly copy: (text: string) => void
  readonly onProblem: (error: unknown) => void
}

/** The keys of the .ssh folder, the vault and the agent. */
export function KeysPage({ api, copy, onProblem }: KeysPageProps) {
  const { book, loaded } = useKeys()
  const filter = useKeysView(state => state.filter)
  useEffect(() => void loadKeys(api).catch(onProblem), [api, onProblem])
  const shown = matchingKeys(book.keys, filter)
  const actions = { api, copy, onProblem }
  return (
    <div className={page['page']}>
      <div className={css['head']}>
        <h1>Keys</h1>
        <SearchField
          label="Find a key"
          placeholder="Find a key"
          value={filter}
          onText={text => useKeysView.setState({ filter: text })}
        />
        <Button onClick={() => openKeyDialog({ kind: 'import' })}>
          <Upload size={15} aria-hidden="true" /> Import key
        </Button>
        <Button look="primary" onClick={() => openKeyDialog({ kind: 'new' })}>
          <Plus size={16} aria-hidden="true" /> New key
        </Button>
      </div>
      {book.vaultLocked && (
        <p className={ui['note']} role="note">
          The vault is locked, so its keys aren’t listed. Unlock it in Settings &gt; Security.
        </p>
      )}
      {loaded && book.keys.length === 0 && (
        <div className={page['empty']}>
          <KeyRound size={36} strokeWidth={1.25} aria-hidden="true" />
          <div>
            <strong>No keys yet</strong>
            <p>With a key you can sign in without a password. Generate one, then copy it to your servers.</p>
          </div>
          <Button look="primary" onClick={() => openKeyDialog({ kind: 'new' })}>
            <Plus size={16} aria-hidden="true" /> Generate key
          </Button>
        </div>
      )}
      {shown.length > 0 && (
        <ul className={css['list']} aria-label="Keys">
          {shown.map(key => (
            <KeyRow key={key.id} info={key} {...actions} />
          ))}
        </ul>
      )}
      {book.keys.length > 0 && shown.length === 0 && <p className={css['hint']}>No keys match “{filter.trim()}”.</p>}
    </div>
  )
}

function KeyRow({ info, ...actions }: KeysPageProps & { readonly info: KeyInfo }) {
  const { name, place, fingerprint, comment, encrypted, inAgent, usedBy, publicKey, problem } = info
  return (
    <li aria-label={name}>
      <span className={css['avatar']}>
        <KeyRound size={16} aria-hidden="true" />
      </span>
      <div className={css['main']}>
        <span className={css['name']}>
          <button type="button" onClick={() => openKeyDialog({ kind: 'details', id: info.id })}>
            {name}
          </button>
          <Tag>{typeText(info)}</Tag>
          {place !== 'file' && <Tag tone="info">{place === 'vault' ? 'vault' : 'agent only'}</Tag>}
          {encrypted === false && <Tag tone="warn">no passphrase</Tag>}
          {inAgent && place !== 'agent' && <Tag tone="ok">in agent</Tag>}
        </span>
        <span className={`${css['print']} ${ui['mono']}`}>{fingerprint ?? 'Unlock to see the public key'}</span>
        <span className={css['hint']}>
          {[comment, usedBy.length > 0 ? `used by ${usedBy.join(', ')}` : ''].filter(Boolean).join(' · ')}
        </span>
        {problem !== null && <span className={ui['error']}>{problem}</span>}
      </div>
      {publicKey !== null && (
        <IconButton label={`Copy public key of ${name}`} onClick={() => actions.copy(publicKey)}>
          <Copy size={15} />
        </IconButton>
      )}
      <Menu
        trigger={
          <IconButton label={`Actions for ${name}`}>
            <Ellipsis size={16} />
          </IconButton>
        }
        items={keyMenu(info, actions)}
      />
    </li>
  )
}

function keyMenu(info: KeyInfo, { api, onProblem }: KeysPageProps): readonly MenuItem[] {
  const { id, place, inAgent, problem } = info
  const dialog = (kind: 'details' | 'put' | 'take-off' | 'passphrase' | 'agent' | 'export' | 'delete') => () =>
    openKeyDialog({ kind, id })
  const leave = () => void api.keys.removeFromAgent({ id }).catch(onProblem)
  const held = place !== 'agent' && problem === null
  return [
    { label: 'Show details', run: dialog('details') },
    { label: 'Copy to server', line: true, run: dialog('put') },
    { label: 'Remove from server', run: dialog('take-off') },
    ...(held
      ? [
          { label: 'Change passphrase', line: true, run: dialog('passphrase') },
          { label: 'Export key', run: dialog('export') },
          ...(inAgent ? [] : [{ label: 'Add to agent', run: dialog('agent') }]),
        ]
      : []),
    ...(inAgent ? [{ label: 'Remove from agent', run: leave }] : []),
    ...(place === 'agent' ? [] : [{ label: 'Delete key', danger: true, line: true, run: dialog('delete') }]),
  ]
}
