import { dialog, type BrowserWindow } from 'electron/main'

/** The work that would end with the window, by kind. */
export interface StillOpen {
  readonly session: number
  readonly transfer: number
  readonly run: number
}

/** Asks whether to end active sessions, transfers and snippet runs; true means yes. */
export async function askToClose(window: BrowserWindow, open: StillOpen): Promise<boolean> {
  return ask(window, {
    message: openText(open),
    detail: detailText(open),
    buttons: ['Quit Hawser', 'Cancel'],
  })
}

/** Asks whether to discard unsaved changes; true means yes. */
export async function askToLeave(window: BrowserWindow): Promise<boolean> {
  return ask(window, {
    message: 'You have unsaved changes in the editor.',
    detail: 'They will be lost if you quit.',
    buttons: ['Quit without saving', 'Keep editing'],
  })
}

/** Asks whether to quit although sessions are running, because the page keeps crashing; true means yes. */
export async function askToQuitAfterCrashes(window: BrowserWindow): Promise<boolean> {
  return ask(window, {
    message: 'Hawser’s window keeps crashing.',
    detail: 'Your sessions, transfers and forwards are still running. Reload the window to get back to them.',
    buttons: ['Quit Hawser', 'Reload window'],
  })
}

/** Asks whether to reload or, while it is closing, to close a window that doesn't respond; true means yes. */
export async function askToGiveUp(
  window: BrowserWindow,
  { closing, signal }: { readonly closing: boolean; readonly signal: AbortSignal },
): Promise<boolean> {
  return ask(window, {
    message: 'Hawser’s window isn’t responding.',
    detail: closing
      ? 'You can wait, or quit now. Unsaved changes in the editor will be lost.'
      : 'You can wait, or reload the window. Your sessions, transfers and forwards keep running.',
    buttons: [closing ? 'Quit Hawser' : 'Reload window', 'Wait'],
    signal,
  })
}

async function ask(
  window: BrowserWindow,
  question: Pick<Electron.MessageBoxOptions, 'message' | 'detail' | 'buttons' | 'signal'>,
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

const nouns: Readonly<Record<keyof StillOpen, string>> = {
  session: 'terminal',
  transfer: 'transfer',
  run: 'snippet run',
}

function openText(open: StillOpen): string {
  const kinds = (['session', 'transfer', 'run'] as const).filter(kind => open[kind] > 0)
  const parts = kinds.map((kind, index) =>
    open[kind] === 1 ? `${index === 0 ? 'One' : 'one'} ${nouns[kind]}` : `${open[kind]} ${nouns[kind]}s`,
  )
  const all = kinds.reduce((sum, kind) => sum + open[kind], 0)
  return `${new Intl.ListFormat('en').format(parts)} ${all === 1 ? 'is' : 'are'} still active.`
}

function detailText({ session, transfer, run }: StillOpen): string {
  const ended = [session > 0 && 'terminals', run > 0 && 'snippet runs'].filter(each => each !== false)
  return [
    ended.length > 0 && `Quitting Hawser closes your ${ended.join(' and ')}.`,
    transfer > 0 && 'You can resume unfinished transfers the next time you start Hawser.',
    session > 0 && 'Programs in tmux or screen keep running on the server.',
  ]
    .filter(each => each !== false)
    .join(' ')
}
