import type { GroupId, Host } from '../../../shared/contract/hosts.ts'
import type { DraggedFiles } from '../../ui/file-drag.ts'
import type { MenuItem } from '../../ui/menu.tsx'
import type { Tone } from '../../ui/tag.tsx'
import type { TypedAddress } from './quick-connect.ts'

/** The actions on hosts and groups, which the app implements. */
export interface HostActions {
  readonly connect: (host: Host) => void
  readonly connectTo: (typed: TypedAddress) => void
  readonly openFiles: (host: Host) => void
  /** Copies files to the home folder of a host. */
  readonly sendHome: (host: Host, files: DraggedFiles) => void
  /** Switches and presets of its forwards. */
  readonly forwardMenu: (host: Host) => readonly MenuItem[]
  readonly save: (host: Host) => void
  readonly duplicate: (host: Host) => void
  readonly remove: (host: Host) => void
  readonly removeGroup: (id: GroupId) => void
  readonly foldGroup: (id: GroupId, folded: boolean) => void
  readonly copyAddress: (host: Host) => void
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
