import { Emitter } from '../shared/base/event.ts'
import type { OpenPort } from '../shared/base/stream-port.ts'
import type { Services } from '../shared/contract/contract.ts'
import { buildServices, type Built } from '../main/wiring/services.ts'
import { NetworkWatch } from '../main/ssh/network-watch.ts'
import { FakeKeychain } from './fake-keychain.ts'

/** A replacement for the app service that does nothing. */
const quietApp: Services['app'] = {
  info: () => ({ version: '0', electron: '', chrome: '', node: '', platform: 'linux', dataFolder: '' }),
  openExternal: () => {},
  copy: () => {},
  paste: () => '',
  copiedFiles: () => [],
  setFrame: () => {},
  chooseFile: () => null,
  chooseFolder: () => null,
  dragOut: () => undefined,
  networkChanged: () => {},
  notices: () => [],
  dismissNotice: () => {},
  onNotices: new Emitter<readonly []>().event,
  onOpenAddress: new Emitter<string>().event,
}

export interface TestServices {
  readonly built: Built
  readonly keychain: FakeKeychain
  readonly notices: string[]
  readonly bugs: unknown[]
  readonly network: NetworkWatch
}

/** Builds the real services over a folder, with a keychain in memory and no window. */
export async function buildTestServices(
  folder: string,
  keychain = new FakeKeychain(),
  openPort: OpenPort = () => ({ post: () => {}, onMessage: () => {}, onClosed: () => {}, dispose: () => {} }),
): Promise<TestServices> {
  const [notices, bugs] = [[] as string[], [] as unknown[]]
  const network = new NetworkWatch()
  const built = await buildServices({
    dataFolder: `${folder}/data`,
    sshFolder: `${folder}/ssh`,
    systemConfig: null,
    env: {},
    keychain,
    keyWorker: new URL('../main/key-formats/key-worker.mjs', import.meta.url),
    smallFilesWorker: new URL('../main/files/small-files-worker.mjs', import.meta.url),
    openPort,
    app: { ...quietApp, networkChanged: () => network.note('changed') },
    network,
    trash: () => Promise.resolve(),
    shortcuts: () => [],
    notify: () => {},
    showNotice: (_level, text) => notices.push(text),
    reportBug: (_where, error) => bugs.push(error),
  })
  return { built, keychain, notices, bugs, network }
}
