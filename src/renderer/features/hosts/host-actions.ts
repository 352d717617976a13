import type { GroupId, Host } from '../../../shared/contract/hosts.ts'
import type { DraggedFiles } from '../../ui/file-drag.ts'
import type { Tone } from '../../ui/tag.tsx'
import type { DoorMenu } from '../../workspace/door.ts'
import type { TypedAddress } from './quick-connect.ts'

/** What can be done with a host; the app says how. */
export interface HostActions {
  readonly connect: (host: Host) => void
  readonly connectTo: (typed: TypedAddress) => void
  readonly openFiles: (host: Host) => void
  /** Copies files to the home folder of a host. */
  readonly sendHome: (host: Host, files: DraggedFiles) => void
  /** Buttons with a menu that other features add. */
  readonly menus: readonly DoorMenu<Host>[]
  readonly save: (host: Host) => void
  readonly duplicate: (host: Host) => void
  readonly remove: (host: Host) => void
  readonly removeGroup: (id: GroupId) => void
  readonly foldGroup: (id: GroupId, folded: boolean) => void
  readonly copyAddress: (host: Host) => void
  /** Opens a file of the SSH config at a line. */
  readonly openConfig: (path: string, line: number) => void
  readonly openLocal: () => void
  /** Copies a host of the config into one of Hawser's own. */
  readonly copyConfigured: (host: Host) => void
  /** Gives a host the address that an ssh command on the clipboard names. */
  readonly pasteAddress: (host: Host) => void
}

/** How a host is: live with its latency, or on its way. */
export interface HostLive {
  readonly tone: Tone
  readonly text: string
  readonly latencyMs: number | null
}
