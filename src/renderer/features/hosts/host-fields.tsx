import { useState } from 'react'

import type { Host, HostSecret, KeepAlive, SignIn } from '../../../shared/contract/hosts.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox, Select, TextArea, TextField } from '../../ui/field.tsx'
import css from './hosts.module.css'

/** Error messages by field name. */
export type Errors = Readonly<Record<string, string>>

/** The switch for agent forwarding, with a warning while it is on. */
export function AgentField({
  checked,
  onChange,
}: {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}) {
  return (
    <div className={css['wide']}>
      <Checkbox
        name="forwardAgent"
        checked={checked}
        onChange={event => onChange(event.target.checked)}
        label="Agent forwarding"
      />
      {checked && (
        <p className={css['hint']}>
          Anyone with root access on the server can use your keys while you’re connected. A jump host is safer.
        </p>
      )}
    </div>
  )
}

/** The tags of a host, and the theme and font size of its terminals. */
export function LookFields({
  start,
  themes,
  errors,
}: {
  readonly start: Partial<Host>
  readonly themes: readonly { readonly id: string; readonly name: string }[]
  readonly errors: Errors
}) {
  return (
    <>
      <TextField
        label="Tags"
        name="tags"
        defaultValue={start.tags?.join(', ') ?? ''}
        placeholder="gpu, lab"
        error={errors['tags']}
      />
      <Select label="Terminal theme" name="theme" defaultValue={start.look?.theme ?? ''}>
        <option value="">Default</option>
        {themes.map(theme => (
          <option key={theme.id} value={theme.id}>
            {theme.name}
          </option>
        ))}
      </Select>
      <TextField
        label="Font size"
        name="fontSize"
        inputMode="decimal"
        defaultValue={start.look?.fontSize ?? ''}
        placeholder="Default"
        error={errors['look']}
      />
    </>
  )
}

/** What keeps the shells of a host or group. */
export function KeepAliveField({ value }: { readonly value: KeepAlive | null }) {
  return (
    <Select label="Keep sessions alive" name="keepAlive" defaultValue={value ?? ''}>
      <option value="">Default</option>
      <option value="off">Off</option>
      <option value="tmux">tmux</option>
    </Select>
  )
}

/** The choice in a `KeepAliveField`. */
export function keepAliveOf(data: FormData): KeepAlive | null {
  const chosen = data.get('keepAlive')
  return chosen === 'off' || chosen === 'tmux' ? chosen : null
}

/** Whether lost terminals of a host connect again by themselves. */
export function ReconnectField({ start }: { readonly start: Partial<Host> }) {
  return (
    <Select label="Reconnect automatically" name="reconnect" defaultValue={reconnectValue(start.reconnect ?? null)}>
      <option value="">Default</option>
      <option value="on">On</option>
      <option value="off">Off</option>
    </Select>
  )
}

function reconnectValue(reconnect: boolean | null): string {
  return reconnect === null ? '' : reconnect ? 'on' : 'off'
}

/** The choice in a `ReconnectField`. */
export function reconnectOf(data: FormData): boolean | null {
  const chosen = data.get('reconnect')
  return chosen === 'on' || chosen === 'off' ? chosen === 'on' : null
}

interface SignInFieldsProps {
  readonly onForget: ((kind: HostSecret) => void) | null
  readonly start: Partial<Host>
  readonly kept: readonly HostSecret[]
  readonly errors: Errors
  readonly keyFile: string
  readonly setKeyFile: (path: string) => void
  readonly chooseFile: () => Promise<string | null>
}

/** The sign-in method, with the fields that it needs. */
export function SignInFields({ start, kept, errors, keyFile, setKeyFile, chooseFile, onForget }: SignInFieldsProps) {
  const [signIn, setSignIn] = useState<SignIn>(start.signIn ?? 'ask')
  return (
    <>
      <Select
        label="Sign in with"
        name="signIn"
        value={signIn}
        onChange={event => setSignIn(event.target.value as SignIn)}
      >
        <option value="ask">Automatic</option>
        <option value="password">Password</option>
        <option value="key">Key</option>
        <option value="agent">Agent</option>
      </Select>
      {(signIn === 'password' || signIn === 'ask') && (
        <div className={`${css['wide']} ${css['withButton']}`}>
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete="new-password"
            placeholder={
              kept.includes('password') ? 'Saved in the vault. Type to replace it.' : 'Leave empty to be prompted'
            }
          />
          {onForget && kept.includes('password') && (
            <Button onClick={() => onForget('password')}>Remove saved password</Button>
          )}
        </div>
      )}
      {(signIn === 'key' || signIn === 'ask') && (
        <div className={`${css['wide']} ${css['withButton']}`}>
          <TextField
            label="Key file"
            name="keyFile"
            value={keyFile}
            onChange={event => setKeyFile(event.target.value)}
            placeholder="~/.ssh/id_ed25519"
            error={errors['keyFile']}
          />
          <Button onClick={() => void chooseFile().then(path => (path === null ? undefined : setKeyFile(path)))}>
            Choose…
          </Button>
        </div>
      )}
      {signIn === 'key' && (
        <div className={css['wide']}>
          <TextArea
            label="Or paste a private key"
            name="privateKey"
            rows={3}
            placeholder={
              kept.includes('private-key')
                ? 'Saved in the vault. Paste a key to replace it.'
                : '-----BEGIN OPENSSH PRIVATE KEY-----'
            }
            hint="Saved in the vault. Used when no key file is set."
          />
          {onForget && kept.includes('private-key') && (
            <Button small onClick={() => onForget('private-key')}>
              Remove saved key
            </Button>
          )}
        </div>
      )}
    </>
  )
}
