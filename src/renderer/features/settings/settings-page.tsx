import { useState, type ReactNode } from 'react'

import type { AppInfo } from '../../../shared/contract/app.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Settings } from '../../../shared/contract/settings.ts'
import { Checkbox, Select } from '../../ui/field.tsx'
import ui from '../../ui/page.module.css'
import { About } from './about.tsx'
import { ClipboardSettings } from './clipboard-settings.tsx'
import { KeyboardSettings, type BindableCommand } from './keyboard-settings.tsx'
import css from './settings.module.css'
import { NumberField, SettingText } from './setting-fields.tsx'
import { changeSettings, type Section, useSettings } from '../../mirrors/settings.ts'

const sections = ['Appearance', 'Terminal', 'Files', 'Forwards', 'Snippets', 'Security', 'Keyboard', 'About'] as const
export type SettingsSection = (typeof sections)[number]

export interface SettingsPageProps {
  readonly api: Api
  readonly commands: readonly BindableCommand[]
  readonly themes: readonly { readonly id: string; readonly name: string; readonly dark: boolean }[]
  readonly info: AppInfo | null
  /** The settings of the vault, drawn by another feature. */
  readonly vault: ReactNode
  readonly onProblem: (error: unknown) => void
}

/** All settings. Changes apply immediately. */
export function SettingsPage(props: SettingsPageProps) {
  const [section, setSection] = useState<SettingsSection>('Appearance')
  const settings = useSettings(state => state.settings)
  const change = <S extends Section>(name: S, patch: Partial<Settings[S]>) =>
    void changeSettings(props.api, name, patch).catch(props.onProblem)
  return (
    <div className={ui['page']}>
      <h1>Settings</h1>
      <div className={css['layout']}>
        <nav aria-label="Settings" className={css['nav']}>
          {sections.map(name => (
            <button
              key={name}
              type="button"
              aria-current={name === section ? 'page' : undefined}
              onClick={() => setSection(name)}
            >
              {name}
            </button>
          ))}
        </nav>
        <section aria-label={section} className={css['section']}>
          {section === 'Appearance' && <Appearance settings={settings} change={change} />}
          {section === 'Terminal' && (
            <TerminalSettings settings={settings} change={change} themes={props.themes} info={props.info} />
          )}
          {section === 'Files' && <FilesSettings settings={settings} change={change} />}
          {section === 'Forwards' && (
            <Checkbox
              label="Keep port forwards running in the tray when the window is closed"
              checked={settings.forwards.keepInTray}
              onChange={event => change('forwards', { keepInTray: event.target.checked })}
            />
          )}
          {section === 'Snippets' && (
            <NumberField
              label="Maximum hosts to run a snippet on in parallel"
              value={settings.snippets.atOnce}
              min={1}
              max={100}
              whole
              onChange={atOnce => change('snippets', { atOnce })}
            />
          )}
          {section === 'Security' && <Security settings={settings} change={change} vault={props.vault} />}
          {section === 'Keyboard' && (
            <KeyboardSettings api={props.api} commands={props.commands} onProblem={props.onProblem} />
          )}
          {section === 'About' && <About info={props.info} />}
        </section>
      </div>
    </div>
  )
}

interface SectionProps {
  readonly settings: Settings
  readonly change: <S extends Section>(name: S, patch: Partial<Settings[S]>) => void
}

function Appearance({ settings, change }: SectionProps) {
  return (
    <Select
      label="Theme"
      value={settings.appearance.theme}
      onChange={event => change('appearance', { theme: event.target.value as Settings['appearance']['theme'] })}
    >
      <option value="system">Match system</option>
      <option value="dark">Dark</option>
      <option value="light">Light</option>
    </Select>
  )
}

function TerminalSettings({
  settings,
  change,
  themes,
  info,
}: SectionProps & Pick<SettingsPageProps, 'themes' | 'info'>) {
  const { terminal } = settings
  const set = (patch: Partial<Settings['terminal']>) => change('terminal', patch)
  const flag = (
    name: {
      [K in keyof Settings['terminal']]: Settings['terminal'][K] extends boolean ? K : never
    }[keyof Settings['terminal']],
    label: string,
  ) => <Checkbox label={label} checked={terminal[name]} onChange={event => set({ [name]: event.target.checked })} />
  return (
    <>
      <div className={css['two']}>
        <SettingText
          label="Font"
          value={terminal.fontFamily}
          onText={fontFamily => set({ fontFamily: fontFamily || 'JetBrains Mono Variable' })}
        />
        <NumberField
          label="Font size"
          value={terminal.fontSize}
          min={6}
          max={40}
          onChange={fontSize => set({ fontSize })}
        />
        <NumberField
          label="Line height"
          value={terminal.lineHeight}
          min={1}
          max={2}
          onChange={lineHeight => set({ lineHeight })}
        />
        <NumberField
          label="Scrollback lines"
          value={terminal.scrollback}
          min={0}
          max={200_000}
          whole
          onChange={scrollback => set({ scrollback })}
        />
        <Select
          label="Dark theme"
          value={terminal.darkTheme}
          onChange={event => set({ darkTheme: event.target.value })}
        >
          {themes.map(theme => (
            <option key={theme.id} value={theme.id}>
              {theme.name}
            </option>
          ))}
        </Select>
        <Select
          label="Light theme"
          value={terminal.lightTheme}
          onChange={event => set({ lightTheme: event.target.value })}
        >
          {themes.map(theme => (
            <option key={theme.id} value={theme.id}>
              {theme.name}
            </option>
          ))}
        </Select>
        <Select
          label="Cursor"
          value={terminal.cursorStyle}
          onChange={event => set({ cursorStyle: event.target.value as Settings['terminal']['cursorStyle'] })}
        >
          <option value="block">Block</option>
          <option value="bar">Bar</option>
          <option value="underline">Underline</option>
        </Select>
        <Select
          label="Bell"
          value={terminal.bell}
          onChange={event => set({ bell: event.target.value as Settings['terminal']['bell'] })}
        >
          <option value="visual">Flash</option>
          <option value="sound">Sound</option>
          <option value="none">None</option>
        </Select>
        <Select
          label="Confirm before closing a tab or pane"
          value={terminal.confirmCloseTab}
          onChange={event => set({ confirmCloseTab: event.target.value as Settings['terminal']['confirmCloseTab'] })}
        >
          <option value="busy">When a program is running</option>
          <option value="always">Always</option>
          <option value="never">Never</option>
        </Select>
        <SessionSettings terminal={terminal} change={set} />
        <SettingText
          label="Local shell"
          value={terminal.localShell}
          placeholder="Default login shell"
          onText={localShell => set({ localShell })}
        />
        <Select
          label="Character widths"
          value={terminal.characterWidths}
          onChange={event => set({ characterWidths: event.target.value as Settings['terminal']['characterWidths'] })}
        >
          <option value="characters">Per character (most compatible)</option>
          <option value="graphemes">Per grapheme (combined emoji are one)</option>
          <option value="unicode-6">Unicode 6 (for systems from before 2016)</option>
        </Select>
        {info?.platform === 'darwin' && (
          <Select
            label="Option key as Meta"
            value={terminal.optionAsMeta}
            onChange={event => set({ optionAsMeta: event.target.value as Settings['terminal']['optionAsMeta'] })}
          >
            <option value="neither">Neither</option>
            <option value="left">Left</option>
            <option value="right">Right</option>
            <option value="both">Both</option>
          </Select>
        )}
      </div>
      <ClipboardSettings terminal={terminal} change={set} />
      {flag('cursorBlink', 'Blinking cursor')}
      {flag('ligatures', 'Ligatures')}
      {flag('copyOnSelect', 'Copy on select')}
      {flag('middleClickPaste', 'Paste on middle click')}
      {flag('confirmMultilinePaste', 'Confirm multi-line paste')}
      {flag('reconnect', 'Reconnect automatically')}
      {flag('reconnectRestored', 'Reconnect the terminals of the last run at startup')}
      {flag('screenReader', 'Screen reader support')}
    </>
  )
}

/** How sessions of tmux are shown, and what becomes of those that Hawser keeps. */
function SessionSettings({
  terminal,
  change: set,
}: {
  readonly terminal: Settings['terminal']
  readonly change: (patch: Partial<Settings['terminal']>) => void
}) {
  return (
    <>
      <Select
        label="Closing a tab with a kept session"
        value={terminal.closeKept}
        onChange={event => set({ closeKept: event.target.value as Settings['terminal']['closeKept'] })}
      >
        <option value="ask">Ask</option>
        <option value="detach">Detach</option>
        <option value="end">End session</option>
      </Select>
      <Select
        label="tmux sessions"
        hint="In one terminal, tmux shows a flood of output faster. Outside of tmux it is faster still."
        value={terminal.tmux}
        onChange={event => set({ tmux: event.target.value as Settings['terminal']['tmux'] })}
      >
        <option value="tabs">Windows as tabs, panes as splits</option>
        <option value="terminal">In one terminal</option>
      </Select>
    </>
  )
}

function FilesSettings({ settings, change }: SectionProps) {
  const { files } = settings
  const set = (patch: Partial<Settings['files']>) => change('files', patch)
  return (
    <>
      <SettingText
        label="External editor"
        value={files.editor}
        placeholder="System default"
        hint="Command and arguments, for example: code -n. The file path is appended, or replaces {file}."
        onText={editor => set({ editor })}
      />
      <Select
        label="Symlinks"
        value={files.links}
        onChange={event => set({ links: event.target.value as Settings['files']['links'] })}
      >
        <option value="keep">Copy as links</option>
        <option value="follow">Follow links</option>
        <option value="skip">Skip links</option>
      </Select>
      <Checkbox
        label="Verify checksums after each transfer"
        checked={files.verify}
        onChange={event => set({ verify: event.target.checked })}
      />
      <Checkbox
        label="Show hidden files"
        checked={files.hidden}
        onChange={event => set({ hidden: event.target.checked })}
      />
    </>
  )
}

function Security({ settings, change, vault }: SectionProps & Pick<SettingsPageProps, 'vault'>) {
  return (
    <>
      {vault}
      <NumberField
        label="Lock the vault after inactivity (minutes, 0 = never)"
        value={settings.security.autoLockMinutes}
        min={0}
        max={1440}
        whole
        onChange={autoLockMinutes => change('security', { autoLockMinutes })}
      />
      <Checkbox
        label="Confirm before quitting with open terminals"
        checked={settings.security.confirmClose}
        onChange={event => change('security', { confirmClose: event.target.checked })}
      />
    </>
  )
}
