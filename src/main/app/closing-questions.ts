import { dialog, type BrowserWindow } from 'electron/main'

/** How much would end with the window, by what it is called. */
export interface StillOpen {
  readonly session: number
  readonly transfer: number
  readonly run: number
}

/** Asks whether to end live sessions, transfers and runs; true is a yes. */
export async function askToClose(window: BrowserWindow, open: StillOpen): Promise<boolean> {
  return ask(window, {
    message: openText(open),
    detail: detailText(open),
    buttons: ['Close Hawser', 'Cancel'],
  })
}

/** Asks whether to lose a text that is not saved; true is a yes. */
export async function askToLeave(window: BrowserWindow): Promise<boolean> {
  return ask(window, {
    message: 'A file that is open in the editor has changes that are not saved.',
    detail: 'Closing Hawser loses them.',
    buttons: ['Close without saving', 'Keep editing'],
  })
}

async function ask(
  window: BrowserWindow,
  question: Pick<Electron.MessageBoxOptions, 'message' | 'detail' | 'buttons'>,
): Promise<boolean> {
  window.show()
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    ...question,
    defaultId: 1,
    cancelId: 1,
  })
  return response === 0
}

function openText(open: StillOpen): string {
  const some = Object.entries(open).filter(([, count]) => count > 0)
  const parts = some.map(([name, count], index) =>
    count === 1 ? `${index === 0 ? 'One' : 'one'} ${name}` : `${count} ${name}s`,
  )
  const all = some.reduce((sum, [, count]) => sum + count, 0)
  return `${new Intl.ListFormat('en').format(parts)} ${all === 1 ? 'is' : 'are'} still open.`
}

function detailText({ session, transfer, run }: StillOpen): string {
  const ended = [session > 0 && 'sessions', run > 0 && 'runs'].filter(each => each !== false)
  return [
    ended.length > 0 && `Closing Hawser ends your ${ended.join(' and ')}.`,
    transfer > 0 && 'Transfers are kept and can be resumed at the next start.',
    session > 0 && 'Programs in tmux or screen keep running on the host.',
  ]
    .filter(each => each !== false)
    .join(' ')
}
