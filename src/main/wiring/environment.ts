import type { OpenPort } from '../../shared/base/stream-port.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { SideInfo } from '../../shared/contract/files.ts'
import type { NetworkWatch } from '../ssh/network-watch.ts'
import type { ShowNotice } from '../storage/json-file.ts'
import type { Keychain } from '../storage/keychain.ts'

/** What the platform gives the services, and what tests give them in its place. */
export interface Environment {
  readonly dataFolder: string
  readonly sshFolder: string
  /** The system's ssh_config; null if there is none to read. */
  readonly systemConfig: string | null
  readonly env: NodeJS.ProcessEnv
  /** Resolves when `env` is complete; absent if it is complete from the start. */
  readonly environmentReady?: Promise<unknown> | undefined
  readonly keychain: Keychain
  readonly keyWorker: URL
  /** The worker that reads and writes small files. */
  readonly smallFilesWorker: URL
  readonly openPort: OpenPort
  readonly app: Services['app']
  /** Announces changes of the network; its owner disposes it. */
  readonly network: NetworkWatch
  /** Moves a local file to the trash. */
  readonly trash: (path: string) => Promise<void>
  /** The standard folders of this computer. */
  readonly shortcuts: () => SideInfo['shortcuts']
  /** Reports something that ended, outside the window when nobody looks at it. */
  readonly notify: (text: string) => void
  readonly showNotice: ShowNotice
  readonly reportBug: (where: string, error: unknown) => void
}
