import { ContextMenu as BaseContextMenu } from '@base-ui/react/context-menu'
import { Menu as BaseMenu } from '@base-ui/react/menu'
import { Fragment, type ReactElement, type ReactNode } from 'react'

import { shownName } from '../../shared/base/shown-name.ts'
import css from './menu.module.css'

/** One entry of a menu; `line` adds a separator before it. */
export interface MenuItem {
  readonly label: string
  readonly icon?: ReactNode
  readonly keys?: string
  readonly danger?: boolean
  readonly line?: boolean
  readonly run: () => void
}

/** A button that opens a menu; `open` opens it on mount. */
export function Menu({
  trigger,
  items,
  open = false,
}: {
  readonly trigger: ReactElement
  /** A function is called when the menu opens. */
  readonly items: readonly MenuItem[] | (() => readonly MenuItem[])
  readonly open?: boolean
}) {
  return (
    <BaseMenu.Root defaultOpen={open}>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner className={css['menuLayer'] ?? ''} sideOffset={4} align="end">
          <BaseMenu.Popup className={css['menu'] ?? ''}>
            <Items items={items} />
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  )
}

/** A context menu for `children`, opened by right-click or the Menu key. */
export function ContextMenu({
  items,
  children,
}: {
  readonly items: readonly MenuItem[]
  readonly children: ReactElement
}) {
  return (
    <BaseContextMenu.Root>
      <BaseContextMenu.Trigger render={children} />
      <BaseContextMenu.Portal>
        <BaseContextMenu.Positioner className={css['menuLayer'] ?? ''}>
          <BaseContextMenu.Popup className={css['menu'] ?? ''}>
            <Items items={items} />
          </BaseContextMenu.Popup>
        </BaseContextMenu.Positioner>
      </BaseContextMenu.Portal>
    </BaseContextMenu.Root>
  )
}

// Base UI's context menus use the same item components as its menus.
function Items({ items }: { readonly items: readonly MenuItem[] | (() => readonly MenuItem[]) }) {
  const all = typeof items === 'function' ? items() : items
  return all.map(item => (
    <Fragment key={item.label}>
      {item.line === true && <BaseMenu.Separator className={css['menuLine'] ?? ''} />}
      <BaseMenu.Item className={css['menuItem'] ?? ''} data-danger={item.danger ?? false} onClick={item.run}>
        {item.icon}
        <span>{shownName(item.label)}</span>
        {item.keys !== undefined && item.keys !== '' && <span className={css['keys']}>{item.keys}</span>}
      </BaseMenu.Item>
    </Fragment>
  ))
}
