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

/** Whether programs in terminals may copy to the clipboard, and what was answered for each host. */
export function ClipboardSettings({ terminal, change }: ClipboardSettingsProps) {
  const { clipboardWrites, clipboardHosts } = terminal
  return (
    <>
      <Select
        label="Programs that copy to the clipboard"
        hint="tmux, Vim and others do so with OSC 52. No program can read the clipboard."
        value={clipboardWrites}
        onChange={event => change({ clipboardWrites: event.target.value as TerminalSettings['clipboardWrites'] })}
      >
        <option value="ask">Ask once for each host</option>
        <option value="always">Always allow</option>
        <option value="never">Never allow</option>
      </Select>
      {clipboardWrites === 'ask' && clipboardHosts.length > 0 && (
        <ul className={css['keys']} aria-label="Hosts asked about the clipboard">
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
