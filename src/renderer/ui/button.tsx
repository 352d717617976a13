import type { ComponentProps, ReactNode } from 'react'

import { shownName } from '../../shared/base/shown-name.ts'
import { shownShortcut, type Shortcut } from './shortcut.ts'
import css from './button.module.css'

type ButtonProps = ComponentProps<'button'> & {
  readonly look?: 'primary' | 'ghost' | 'danger'
  readonly small?: boolean
}

/** A button with a text label. */
export function Button({ look, small, className, type = 'button', children, ...rest }: ButtonProps) {
  const names = [css['button'], look && css[look], small && css['small'], className]
  return (
    <button type={type} className={names.filter(Boolean).join(' ')} {...rest}>
      {typeof children === 'string' ? shownName(children) : children}
    </button>
  )
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  /** The accessible name and tooltip. */
  readonly label: string
  /** A shortcut to show in the tooltip. */
  readonly keys?: Shortcut
  readonly small?: boolean
  readonly children: ReactNode
}

/** A button with only an icon; its name and shortcut are shown in a tooltip. */
export function IconButton({ label, keys, small, className, type = 'button', ...rest }: IconButtonProps) {
  const names = [css['icon'], small && css['iconSmall'], className]
  const shown = shownName(label)
  const title = keys === undefined ? shown : `${shown} (${shownShortcut(keys)})`
  return <button type={type} aria-label={shown} title={title} className={names.filter(Boolean).join(' ')} {...rest} />
}
