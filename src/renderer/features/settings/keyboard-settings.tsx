import { RotateCcw } from 'lucide-react'
import { useState, type KeyboardEvent } from 'react'

import type { Api } from '../../../shared/contract/contract.ts'
import { IconButton } from '../../ui/button.tsx'
import { shortcutOf, shownShortcut, type Shortcut } from '../../ui/shortcut.ts'
import css from './settings.module.css'
import { changeKeys } from '../../mirrors/settings.ts'

/** A command for the keyboard settings. `own` is its default shortcut. */
export interface BindableCommand {
  readonly id: string
  readonly title: string
  readonly keys: Shortcut
  readonly own: Shortcut
}

interface KeyboardSettingsProps {
  readonly api: Api
  readonly commands: readonly BindableCommand[]
  readonly onProblem: (error: unknown) => void
}

/** Every command with its shortcut. A click records a new one, Backspace clears it. */
export function KeyboardSettings({ api, commands, onProblem }: KeyboardSettingsProps) {
  const [taking, setTaking] = useState<string | null>(null)
  // Keys in use by another command; pressing them again reassigns them.
  const [taken, setTaken] = useState<{ readonly id: string; readonly keys: Shortcut } | null>(null)
  const rivalsOf = (id: string, keys: Shortcut) =>
    keys === '' ? [] : commands.filter(other => other.id !== id && other.keys === keys)
  const set = (id: string, keys: string | null) => void changeKeys(api, id, keys).catch(onProblem)
  const onKeyDown = (id: string) => (event: KeyboardEvent) => {
    if (taking !== id) return
    if (event.key === 'Tab') return setTaking(null)
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Escape') return setTaking(null)
    if (event.key === 'Backspace' || event.key === 'Delete') set(id, '')
    else {
      const keys = shortcutOf(event.nativeEvent)
      // Plain keys are for typing, so they are no shortcuts.
      if (keys === '' || !/^(Ctrl|Alt|Meta)\+|^(Shift\+)?F\d+$/.test(keys)) return
      const rivals = rivalsOf(id, keys)
      if (rivals.length > 0 && taken?.keys !== keys) return setTaken({ id, keys })
      for (const rival of rivals) set(rival.id, '')
      set(id, keys)
    }
    setTaken(null)
    setTaking(null)
  }
  return (
    <>
      <p className={css['hint']}>Click a shortcut and press new keys. Press Backspace to clear it, Escape to cancel.</p>
      <ul className={css['keys']}>
        {commands.map(({ id, title, keys, own }) => {
          const rivals = rivalsOf(id, keys)
          const owners = taken?.id === id && taking === id ? rivalsOf(id, taken.keys) : []
          return (
            <li key={id}>
              <span>{title}</span>
              {owners.length > 0 && (
                <span className={css['conflict']} role="alert">
                  {shownShortcut(taken?.keys ?? '')} is used by {owners.map(owner => owner.title).join(', ')}. Press it
                  again to reassign it.
                </span>
              )}
              {rivals.length > 0 && (
                <span className={css['conflict']} role="alert">
                  Also used by {rivals.map(rival => rival.title).join(', ')}
                </span>
              )}
              <button
                type="button"
                className={css['binding']}
                data-taking={taking === id}
                aria-label={`Shortcut for ${title}: ${keys === '' ? 'none' : shownShortcut(keys)}`}
                onClick={() => {
                  setTaken(null)
                  setTaking(id)
                }}
                onBlur={() => setTaking(null)}
                onKeyDown={onKeyDown(id)}
              >
                {taking === id ? 'Press keys…' : shownShortcut(keys) || 'None'}
              </button>
              <IconButton
                small
                label={`Reset shortcut for ${title}`}
                disabled={keys === own}
                onClick={() => set(id, null)}
              >
                <RotateCcw size={13} />
              </IconButton>
            </li>
          )
        })}
      </ul>
    </>
  )
}
