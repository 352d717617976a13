import type { ComponentType, ReactNode } from 'react'

import type { DisposableStore } from '../../shared/base/lifecycle.ts'
import type { AppInfo } from '../../shared/contract/app.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { Host } from '../../shared/contract/hosts.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { Pane } from '../../shared/contract/workspace.ts'
import type { Follow } from '../ipc/mirror.ts'
import type { Ports } from '../ipc/ports.ts'
import type { Command, CommandList } from '../ui/command.ts'
import type { MenuItem } from '../ui/menu.tsx'
import type { PaletteItem } from '../ui/palette-item.ts'
import type { Requests } from './requests.ts'
import type { TabLook } from './tab-strip.tsx'
import type { HomePage, Tab } from './workspace-store.ts'

/** What the frame gives to every feature. */
export interface DoorContext {
  readonly api: Api
  readonly ports: Ports
  readonly info: AppInfo
  /** Mirrors a list of main's in this window. */
  readonly follow: Follow
  /** The path of a file that was dropped on the window. */
  readonly pathOf: (file: File) => string
  /** Whatever a door opens for good ends with the window. */
  readonly store: DisposableStore
  /** Filled once all doors are open: use them in callbacks, not while a door opens. */
  readonly requests: Requests
  readonly commands: CommandList
  readonly doors: readonly Door[]
}

/** An entry of the rail on Home, and its page. */
export interface DoorPage {
  readonly id: HomePage | 'files'
  readonly text: string
  readonly icon: ReactNode
  /** Where it stands in the rail; each hundred is a group of its own, and those from 900 are at the bottom. */
  readonly place: number
  /** A number beside the entry; 0 shows none. A hook. */
  readonly useCount?: () => number
  /** The page; an entry without one runs `open`. */
  readonly View?: ComponentType
  readonly open?: () => void
}

/** A dialog, or whatever else lies over the page. One that fails takes nothing else with it. */
export interface DoorOverlay {
  readonly View: ComponentType
  /** What is open: a change draws it anew after a failure. A hook. */
  readonly useOpen?: () => unknown
  /** Closes it after a failure. */
  readonly close?: () => void
}

/** A kind of tab: how it looks in the title bar, and what it shows. */
export interface DoorTab {
  readonly kind: Tab['kind']
  readonly View: ComponentType<{ readonly tab: Tab }>
  /** A hook. */
  readonly useLooks: () => (tab: Tab) => TabLook
}

/** A section about a target: beside a terminal and in the details of a host. */
export interface DoorSection {
  readonly title: string
  readonly View: ComponentType<{ readonly target: Target }>
  /** Whether it has something to show for this computer. */
  readonly local: boolean
  /** Called with the target while the section is beside a terminal; the answer ends that. */
  readonly watch?: (target: Target) => () => void
}

/** A button with a menu on each host, or on each terminal. */
export interface DoorMenu<T> {
  readonly icon: ReactNode
  /** Its accessible name for a host or terminal of this name. */
  readonly label: (name: string) => string
  readonly items: (of: T) => readonly MenuItem[]
}

/** What a feature adds to the window. The frame maps over the list of doors and knows no feature beyond it. */
export interface Door {
  readonly pages?: readonly DoorPage[]
  readonly tab?: DoorTab
  readonly commands?: readonly Command[]
  /** What it adds to the palette for what was typed. */
  readonly palette?: (typed: string) => readonly PaletteItem[]
  readonly overlays?: readonly DoorOverlay[]
  readonly beside?: DoorSection
  /** Below the page and its tabs. */
  readonly panel?: ComponentType
  /** A tag on the card of a host, `brief` beside another one; shows nothing where there is nothing to say. */
  readonly onCard?: ComponentType<{ readonly target: Target; readonly brief: boolean }>
  /** On the right of the status bar. */
  readonly status?: ComponentType
  /** On the left of the status bar: about the tab or the page in front. */
  readonly statusHere?: ComponentType
  readonly hostMenu?: DoorMenu<Host>
  readonly terminalMenu?: DoorMenu<Pane>
  /** Called once the tabs of the last run are back. */
  readonly restored?: () => void
  readonly answers?: Partial<Requests>
}
