import { useEffect, useMemo, useRef, useState } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import { isGiven, type Variable } from '../../../shared/base/snippet-template.ts'
import { shownName, shownText } from '../../../shared/base/shown-name.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Asking, Values } from '../../../shared/contract/snippets.ts'
import { targetKey, type Target } from '../../../shared/contract/targets.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Select, TextArea, TextField } from '../../ui/field.tsx'
import { FormEnd } from '../../ui/form-end.tsx'
import { useUnsavedForm } from '../../ui/unsaved-form.tsx'
import { Picker, type Bunch } from './picker.tsx'
import { SnippetIcon } from './snippet-icon.tsx'
import css from './snippets.module.css'
import { planOf, type Order } from './snippets-state.ts'

/** A host or terminal target that a snippet can run on. */
export interface RunPlace {
  readonly target: Target
  readonly label: string
  readonly detail?: string
}

interface RunDialogProps {
  readonly api: Api
  readonly order: Order
  readonly asking: Asking
  readonly places: readonly RunPlace[]
  /** Groups and open terminals, by the keys of their targets. */
  readonly bunches: readonly Bunch[]
  readonly onRun: (order: Order) => Promise<void>
  readonly onClose: () => void
}

/** Asks for the values of a snippet and the hosts to run it on. */
export function RunDialog({ api, order, asking, places, bunches, onRun, onClose }: RunDialogProps) {
  const { snippet } = order
  const { variables } = asking
  const [values, setValues] = useState(() => ({ ...firstValues(asking), ...order.values }))
  const touched = useRef(new Set<string>())
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => {
    const [only, ...others] = places
    // A single place is selected from the start: there is nothing to choose.
    const first = order.targets.length === 0 && only && others.length === 0 ? [only.target] : order.targets
    return new Set(first.map(targetKey))
  })
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const unsaved = useUnsavedForm(onClose)
  const all = useMemo(() => new Map(places.map(each => [targetKey(each.target), each])), [places])
  const targets = [...chosen].flatMap(key => all.get(key)?.target ?? [])
  const ready: Order = { ...order, targets, values }
  // The last values for the selected host, except in fields that the user changed.
  const only = targets.length === 1 ? targets[0] : undefined
  const onlyKey = only ? targetKey(only) : ''
  const asked = useRef(order.targets.length === 1 && order.targets[0] ? targetKey(order.targets[0]) : '')
  useEffect(() => {
    if (!only || asked.current === onlyKey) return
    asked.current = onlyKey
    void api.snippets.asking({ id: snippet.id, target: only, given: order.given }).then(
      ({ last }) => {
        if (asked.current !== onlyKey) return
        const fresh = Object.entries(firstValues({ variables, last })).filter(([name]) => !touched.current.has(name))
        setValues(old => ({ ...old, ...Object.fromEntries(fresh) }))
      },
      () => {},
    )
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the target is known by its key
  }, [onlyKey])
  const run = async () => {
    if (targets.length === 0) return setFailure('Choose at least one host.')
    const missing = variables.find(({ name, fallback }) => fallback === null && (values[name] ?? '') === '')
    if (missing) return setFailure(`Enter a value for ${missing.name}.`)
    setBusy(true)
    setFailure(null)
    try {
      await onRun(ready)
    } catch (error) {
      setFailure(messageOf(error))
      setBusy(false)
    }
  }
  const choices = useMemo(
    () =>
      places.map(({ target, label, detail }) => ({
        key: targetKey(target),
        label,
        ...(detail === undefined ? {} : { detail }),
      })),
    [places],
  )
  return (
    <Dialog
      title={`Run ${snippet.name}`}
      description={snippet.description}
      badge={<SnippetIcon name={snippet.icon} size={18} />}
      unasked={order.startsUp}
      width={620}
      onClose={unsaved.leave}
    >
      <form
        ref={unsaved.form}
        className={css['form']}
        onSubmit={event => {
          event.preventDefault()
          void run()
        }}
      >
        {variables.map(variable => (
          <VariableField
            key={variable.name}
            variable={variable}
            value={values[variable.name] ?? ''}
            onChange={value => {
              touched.current.add(variable.name)
              setValues(old => ({ ...old, [variable.name]: value }))
            }}
          />
        ))}
        <div className={css['wide']}>
          <Picker label="Hosts" choices={choices} bunches={bunches} chosen={chosen} onChange={setChosen} />
          <p className={css['hint']}>{howText(ready)}</p>
        </div>
        <div className={css['wide']}>
          <Preview api={api} order={ready} />
        </div>
        <FormEnd failure={failure} busy={busy} submit="Run" unsaved={unsaved} />
      </form>
    </Dialog>
  )
}

interface VariableFieldProps {
  readonly variable: Variable
  readonly value: string
  readonly onChange: (value: string) => void
}

function VariableField({ variable, value, onChange }: VariableFieldProps) {
  const { name, hidden, choices } = variable
  if (choices.length > 0 && !hidden)
    return (
      <Select label={name} value={value} onChange={event => onChange(event.target.value)}>
        {choices.map(each => (
          <option key={each} value={each}>
            {shownName(each) || '(empty)'}
          </option>
        ))}
      </Select>
    )
  if (hidden)
    return (
      <TextField
        label={name}
        value={value}
        type="password"
        autoComplete="new-password"
        hint="Not saved"
        onChange={event => onChange(event.target.value)}
      />
    )
  // A single-line field would remove the line breaks of a paste.
  return (
    <TextArea
      label={name}
      value={value}
      rows={value.includes('\n') ? 3 : 1}
      {...hintOf(variable)}
      onChange={event => onChange(event.target.value)}
      onKeyDown={event => {
        if (event.key !== 'Enter' || event.shiftKey) return
        event.preventDefault()
        event.currentTarget.form?.requestSubmit()
      }}
    />
  )
}

/** The reason why a built-in variable has to be filled in. */
function hintOf(variable: Variable): { readonly hint?: string } {
  if (!isGiven(variable)) return {}
  return { hint: variable.name === 'cwd' ? 'Current directory unknown (no shell integration)' : 'Unknown on this host' }
}

const previewMs = 120

/** The command with its values filled in, as it would run on the first host; until these are known, as it was written. */
export function Preview({ api, order }: { readonly api: Api; readonly order: Order }) {
  const { snippet, targets, values, given } = order
  const [shown, setShown] = useState<{ readonly text: string; readonly bad: boolean } | null>(null)
  const [first] = targets
  const asked = JSON.stringify([first ?? null, values])
  useEffect(() => {
    let open = true
    const timer = setTimeout(() => {
      const [target, now] = JSON.parse(asked) as [Target | null, Values]
      if (!target) return setShown(null)
      api.snippets.preview({ id: snippet.id, target, values: now, given }).then(
        text => open && setShown({ text, bad: false }),
        (error: unknown) => open && setShown({ text: messageOf(error), bad: true }),
      )
    }, previewMs)
    return () => {
      open = false
      clearTimeout(timer)
    }
  }, [api, snippet.id, asked, given])
  // The command as it was written takes about the same space: a button below must not move while it is clicked.
  if (!shown)
    return (
      <pre className={css['preview']} role="group" aria-label="Command" tabIndex={0}>
        {shownText(snippet.command)}
      </pre>
    )
  return shown.bad ? (
    <p className={css['hint']} role="status">
      {shown.text}
    </p>
  ) : (
    <pre className={css['preview']} role="group" aria-label="Command to run" tabIndex={0}>
      {shownText(shown.text)}
    </pre>
  )
}

/** Says in a sentence what Run will do. */
export function howText(order: Order): string {
  const { snippet, targets, panes } = order
  if (targets.length === 0) return 'No hosts selected.'
  const several = targets.length > 1
  switch (planOf(order)) {
    case 'type': {
      const then = snippet.mode === 'send' ? 'and runs it' : 'without running it'
      const count = Math.max(panes.length, targets.length)
      return count > 1
        ? `Types the command into ${count} terminals ${then}.`
        : `Types the command into a terminal ${then}.`
    }
    case 'background':
      return several
        ? 'Runs in the background on each host, with the outputs grouped.'
        : 'Runs in the background, with its output in a panel.'
    case 'tmux':
      return several
        ? 'Starts in tmux on each host.'
        : 'Starts in a tmux window and keeps running after you disconnect.'
  }
}

function firstValues({ variables, last }: Asking): Values {
  const entries = variables.flatMap(({ name, hidden, fallback, choices }) => {
    const before = hidden ? undefined : last[name]
    const value =
      before !== undefined && (choices.length === 0 || choices.includes(before))
        ? before
        : hidden
          ? undefined
          : fallback
    return value == null ? [] : [[name, value] as const]
  })
  return Object.fromEntries(entries)
}
