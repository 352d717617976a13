import { randomUUID } from 'node:crypto'
import { app, BrowserWindow, dialog, type OpenDialogOptions } from 'electron/main'

import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { AppInfo, Notice } from '../../shared/contract/app.ts'
import type { Services } from '../../shared/contract/contract.ts'
import { toPath } from '../files/native-path.ts'
import type { NetworkWatch } from '../ssh/network-watch.ts'
import { readClipboard, readCopiedFiles, writeClipboard } from './clipboard.ts'
import { dragOut } from './drag-out.ts'
import { openExternal } from './open-external.ts'
import { setFrameTheme } from './window.ts'

type Contract = Services['app']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

const maxClipboard = 1024 * 1024

/** The program itself: versions, the clipboard, the system's dialogs, and notices from the main process. */
export class AppService implements Contract {
  readonly #noticed = new Emitter<readonly Notice[]>()
  readonly onNotices = this.#noticed.event
  readonly #addresses = new Emitter<string>()
  readonly onOpenAddress = this.#addresses.event
  readonly #dataFolder: string
  readonly #network: NetworkWatch
  #notices: readonly Notice[] = []

  constructor(dataFolder: string, network: NetworkWatch) {
    this.#dataFolder = dataFolder
    this.#network = network
  }

  info(): AppInfo {
    return {
      version: app.getVersion(),
      electron: process.versions.electron,
      chrome: process.versions.chrome,
      node: process.versions.node,
      platform: process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
      dataFolder: this.#dataFolder,
    }
  }

  openExternal({ url }: Input<'openExternal'>): Promise<void> {
    return openExternal(url)
  }

  copy({ text, to }: Input<'copy'>): Promise<void> {
    return writeClipboard(text, to)
  }

  async paste({ from }: Input<'paste'>): Promise<string> {
    const text = await readClipboard(from)
    if (text.length > maxClipboard)
      throw new AppError('invalid-input', 'The clipboard text is larger than 1 MB. Upload it as a file instead.')
    return text
  }

  copiedFiles(): Promise<readonly string[]> {
    return readCopiedFiles()
  }

  setFrame({ dark }: Input<'setFrame'>): void {
    for (const window of BrowserWindow.getAllWindows()) setFrameTheme(window, dark)
  }

  chooseFile({ title }: Input<'chooseFile'>): Promise<string | null> {
    return choose({ title, properties: ['openFile', 'showHiddenFiles'] })
  }

  async chooseFolder({ title }: Input<'chooseFolder'>): Promise<string | null> {
    const path = await choose({ title, properties: ['openDirectory', 'createDirectory'] })
    return path === null ? null : toPath(path)
  }

  dragOut({ paths }: Input<'dragOut'>): Promise<void> {
    return dragOut(paths)
  }

  networkChanged(): void {
    return this.#network.note('changed')
  }

  notices(): readonly Notice[] {
    return this.#notices
  }

  dismissNotice({ id }: Input<'dismissNotice'>): void {
    this.#notices = this.#notices.filter(notice => notice.id !== id)
    this.#noticed.fire(this.#notices)
  }

  /** Shows the user a notice. */
  showNotice(level: Notice['level'], text: string): void {
    this.#notices = [...this.#notices, { id: randomUUID(), level, text }].slice(-50)
    this.#noticed.fire(this.#notices)
  }

  /** Opens a `ssh://` URL that the user approved. */
  openAddress(address: string): void {
    this.#addresses.fire(address)
  }
}

async function choose(options: OpenDialogOptions): Promise<string | null> {
  const window = BrowserWindow.getFocusedWindow()
  const { filePaths } = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options))
  return filePaths[0] ?? null
}
