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

/** An icon in the system's tray with the forwards and their switches; it is there until disposed. */
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
    // A menu that is made anew closes under the person's pointer: only when there is something new.
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
