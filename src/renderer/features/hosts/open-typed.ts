import { resolvePath } from '../../../shared/base/paths.ts'
import { reportProblem } from '../../mirrors/notices.ts'
import type { DoorContext } from '../../workspace/door.ts'
import { openFiles } from '../../workspace/files-tabs.ts'
import { parseQuickConnect, type TypedAddress } from './quick-connect.ts'

/** Opens a terminal, or the files at the path, as a typed address says. */
export function openTyped({ api, requests }: DoorContext, typed: TypedAddress): void {
  if (typed.opens === 'terminal') requests.openTerminal(typed.target)
  else void openFilesAt(api, typed).catch(reportProblem)
}

/** The same for an address that the system handed over, like `ssh://user@host`. */
export function openAddress(context: DoorContext, address: string): void {
  const typed = parseQuickConnect(address)
  if (typed.kind === 'address') openTyped(context, typed)
  else reportProblem(typed.kind === 'wrong' ? typed.message : `${address} is not a valid address.`)
}

/** Shows the files at the path of an address; `~` in it is known only once the host was reached. */
async function openFilesAt(api: DoorContext['api'], { target, path }: TypedAddress): Promise<void> {
  const side = { target, root: false }
  const home = path?.startsWith('~') === true ? (await api.files.reach({ side })).home : '/'
  openFiles({ side, path: path === null ? null : resolvePath(path, { home, from: '/' }) })
}
