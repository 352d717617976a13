import type { ComponentProps, ReactNode } from 'react'

import { shownName } from '../../shared/base/shown-name.ts'
import css from './ui.module.css'

type ButtonProps = ComponentProps<'button'> & {
  readonly look?: 'primary' | 'ghost' | 'danger'
  readonly small?: boolean
}

/** A button with words. */
export function Button({ look, small, className, type = 'button', children, ...rest }: ButtonProps) {
  const names = [css['button'], look && css[look], small && css['small'], className]
  return (
    <button type={type} className={names.filter(Boolean).join(' ')} {...rest}>
      {typeof children === 'string' ? shownName(children) : children}
    </button>
  )
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  /** Its accessible name and tooltip. */
  readonly label: string
  readonly small?: boolean
  readonly children: ReactNode
}

/** A button that is only an icon; its name shows as a tooltip. */
export function IconButton({ label, small, className, type = 'button', ...rest }: IconButtonProps) {
  const names = [css['icon'], small && css['iconSmall'], className]
  const shown = shownName(label)
  return <button type={type} aria-label={shown} title={shown} className={names.filter(Boolean).join(' ')} {...rest} />
}
