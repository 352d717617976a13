import { X } from 'lucide-react'

import type { Settings } from '../../../shared/contract/settings.ts'
import { IconButton } from '../../ui/button.tsx'
import { Select } from '../../ui/field.tsx'
import css from './settings.module.css'

type TerminalSettings = Settings['terminal']

interface ClipboardSettingsProps {
  readonly terminal: TerminalSettings
  readonly change: (patch: Partial<TerminalSettings>) => void
}

/** Whether programs in terminals may copy to the clipboard, with the answers saved for each host. */
export function ClipboardSettings({ terminal, change }: ClipboardSettingsProps) {
  const { clipboardWrites, clipboardHosts } = terminal
  return (
    <>
      <Select
        label="Clipboard access for programs"
        hint="tmux, Vim and others copy with OSC 52. Programs can never read the clipboard."
        value={clipboardWrites}
        onChange={event => change({ clipboardWrites: event.target.value as TerminalSettings['clipboardWrites'] })}
      >
        <option value="ask">Ask once for each host</option>
        <option value="always">Always allow</option>
        <option value="never">Never allow</option>
      </Select>
      {clipboardWrites === 'ask' && clipboardHosts.length > 0 && (
        <ul className={css['keys']} aria-label="Saved clipboard answers">
          {clipboardHosts.map(({ key, label, allow }) => (
            <li key={key}>
              <span>{label}</span>
              <span className={css['hint']}>{allow ? 'Allowed' : 'Blocked'}</span>
              <IconButton
                small
                label={`Ask again for ${label}`}
                onClick={() => change({ clipboardHosts: clipboardHosts.filter(each => each.key !== key) })}
              >
                <X size={13} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
