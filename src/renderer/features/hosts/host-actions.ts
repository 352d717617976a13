import type { ComponentType } from 'react'

import type { Target } from '../../../shared/contract/targets.ts'
import type { GroupId, Host } from '../../../shared/contract/hosts.ts'
import type { DraggedFiles } from '../../ui/file-drag.ts'
import type { Tone } from '../../ui/tag.tsx'
import type { DoorMenu } from '../../workspace/door.ts'
import type { TypedAddress } from './quick-connect.ts'

/** The actions on hosts and groups, which the app implements. */
export interface HostActions {
  readonly connect: (host: Host) => void
  readonly connectTo: (typed: TypedAddress) => void
  readonly openFiles: (host: Host) => void
  /** Copies files to the home folder of a host. */
  readonly sendHome: (host: Host, files: DraggedFiles) => void
  /** Buttons with a menu that other features add. */
  readonly menus: readonly DoorMenu<Host>[]
  /** Tags on the card that other features add. */
  readonly lines: readonly ComponentType<{ readonly target: Target; readonly brief: boolean }>[]
  readonly save: (host: Host) => void
  readonly duplicate: (host: Host) => void
  readonly remove: (host: Host) => void
  readonly removeGroup: (id: GroupId) => void
  readonly foldGroup: (id: GroupId, folded: boolean) => void
  readonly copyAddress: (host: Host) => void
  /** Opens a file of the SSH config at a line. */
  readonly openConfig: (path: string, line: number) => void
  readonly openLocal: () => void
  /** Imports a host of ~/.ssh/config as a host of Hawser. */
  readonly copyConfigured: (host: Host) => void
  /** Sets a host's address from an ssh command on the clipboard. */
  readonly pasteAddress: (host: Host) => void
}

/** The state of a host's connection, with its latency once it is connected. */
export interface HostLive {
  readonly tone: Tone
  readonly text: string
  readonly latencyMs: number | null
}
