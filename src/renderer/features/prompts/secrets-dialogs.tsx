import { KeyRound, Server } from 'lucide-react'
import { useId, useRef, type FormEvent, type ReactNode } from 'react'

import type { ServerText } from '../../../shared/base/server-text.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import type { Answer } from '../../../shared/contract/prompts.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog } from '../../ui/dialog.tsx'
import { Checkbox, TextField } from '../../ui/field.tsx'
import { LinkedText } from '../../ui/linked-text.tsx'
import css from './prompts.module.css'
import { wordsAround, type HawserQuestion, type ServerQuestion } from './server-question.ts'

interface SecretsProps<Q> {
  readonly question: Q
  readonly answer: (value: Answer | null) => void
  /** Opens the vault so that a secret can be saved; false if the user cancels. */
  readonly openVault: () => Promise<boolean>
  /** Opens a URL from a server's text. */
  readonly openLink: (address: string) => void
}

/** A prompt for a password or passphrase, worded by Hawser. */
export function HawserSecrets({ question, answer, openVault, openLink }: SecretsProps<HawserQuestion>) {
  return (
    <Dialog
      unasked
      title={question.title}
      description={question.text}
      badge={<KeyRound size={18} />}
      width={420}
      onClose={() => answer(null)}
    >
      {question.said && <Notice said={question.said} openLink={openLink} />}
      <SecretsForm question={question} answer={answer} openVault={openVault}>
        {question.prompts.map((prompt, index) => (
          <SecretField key={index} index={index} echo={prompt.echo} label={shownName(prompt.text)} />
        ))}
      </SecretsForm>
    </Dialog>
  )
}

/** A prompt from a server. The server's text appears only inside a frame, so that it can't pose as Hawser's. */
export function ServerSecrets({ question, answer, openVault, openLink }: SecretsProps<ServerQuestion>) {
  const id = useId()
  const { title, description, labels } = wordsAround(question)
  const { name, instruction, prompts } = question
  return (
    <Dialog
      unasked
      title={title}
      description={description}
      badge={<Server size={18} />}
      tone="warn"
      width={460}
      onClose={() => answer(null)}
    >
      {question.said && <Notice said={question.said} openLink={openLink} />}
      <section className={css['said']} aria-labelledby={`${id}-said`}>
        <h3 id={`${id}-said`}>Message from the server</h3>
        {name.fromServer !== '' && <p>{name.fromServer}</p>}
        {instruction.fromServer !== '' && (
          <p>
            <LinkedText text={instruction.fromServer} open={openLink} />
          </p>
        )}
        {prompts.map((prompt, index) => (
          <p key={index} id={`${id}-${index}`}>
            {prompts.length > 1 && <span aria-hidden="true">{index + 1}. </span>}
            <LinkedText text={prompt.text.fromServer} open={openLink} />
          </p>
        ))}
      </section>
      <SecretsForm question={question} answer={answer} openVault={openVault}>
        {prompts.map((prompt, index) => (
          <SecretField
            key={index}
            index={index}
            echo={prompt.echo}
            label={labels[index] ?? ''}
            describedBy={`${id}-${index}`}
          />
        ))}
      </SecretsForm>
    </Dialog>
  )
}

/** The server's banner, in a frame that names its origin. */
function Notice({ said, openLink }: { readonly said: ServerText; readonly openLink: (address: string) => void }) {
  const id = useId()
  return (
    <section className={css['said']} aria-labelledby={id}>
      <h3 id={id}>Notice from the server</h3>
      <p>
        <LinkedText text={said.fromServer} open={openLink} />
      </p>
    </section>
  )
}

function SecretField(props: { index: number; echo: boolean; label: string; describedBy?: string }) {
  const { index, echo, label, describedBy } = props
  return (
    <TextField
      label={label}
      name={`answer-${index}`}
      type={echo ? 'text' : 'password'}
      autoComplete="off"
      maxLength={65_536}
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
    />
  )
}

function SecretsForm({
  question,
  answer,
  openVault,
  children,
}: Omit<SecretsProps<HawserQuestion | ServerQuestion>, 'openLink'> & { readonly children: ReactNode }) {
  const form = useRef<HTMLFormElement>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!form.current) return
    const data = new FormData(form.current)
    const wanted = data.has('remember')
    const remember = wanted && (await openVault())
    if (wanted && !remember) return
    // Secrets go straight from the fields to main and are never stored in React state.
    const secrets = question.prompts.map((_prompt, index) => String(data.get(`answer-${index}`) ?? ''))
    form.current?.reset()
    answer({ kind: 'secrets', secrets, remember })
  }
  return (
    <form ref={form} style={{ display: 'contents' }} onSubmit={event => void submit(event)}>
      {children}
      {question.remember && <Checkbox name="remember" label="Remember" />}
      <Actions>
        <Button onClick={() => answer(null)}>Cancel</Button>
        <Button look="primary" type="submit">
          Continue
        </Button>
      </Actions>
    </form>
  )
}
