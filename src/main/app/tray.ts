import { nativeImage } from 'electron/common'
import { app, Menu, Tray } from 'electron/main'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Event } from '../../shared/base/event.ts'
import type { ForwardBook } from '../../shared/contract/forwards.ts'

export interface TrayParts {
  readonly icon: string
  readonly forwards: {
    readonly onChanged: Event<ForwardBook>
    readonly list: () => ForwardBook | Promise<ForwardBook>
    readonly start: (input: { id: ForwardBook['forwards'][number]['forward']['id'] }) => unknown
    readonly stop: (input: { id: ForwardBook['forwards'][number]['forward']['id'] }) => unknown
  }
  readonly open: () => void
}

const shownForwards = 20

/** Shows a tray icon with the forwards and their switches until disposed. */
export function showTray({ icon, forwards, open }: TrayParts): Disposable {
  const tray = new Tray(nativeImage.createFromPath(icon).resize({ width: 22, height: 22 }))
  tray.setToolTip('Hawser')
  tray.on('click', open)
  let shown = ''
  const draw = (book: ForwardBook) => {
    const rows = book.forwards.slice(0, shownForwards).map(({ forward, state }) => ({
      label: forward.label,
      type: 'checkbox' as const,
      checked: state.kind !== 'off' && state.kind !== 'failed',
      id: forward.id,
    }))
    // Replacing an open menu would close it, so it is replaced only when it changes.
    const text = JSON.stringify(rows)
    if (text === shown) return
    shown = text
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: 'Open Hawser', click: open },
        { type: 'separator' },
        ...rows.map(({ id, ...row }) => ({
          ...row,
          click: () => void (row.checked ? forwards.stop({ id }) : forwards.start({ id })),
        })),
        { type: 'separator' },
        { label: 'Quit Hawser', click: () => app.quit() },
      ]),
    )
  }
  void Promise.resolve(forwards.list()).then(draw)
  const listening = forwards.onChanged(draw)
  return {
    dispose: () => {
      listening.dispose()
      tray.destroy()
    },
  }
}
