import { Component, type ReactNode } from 'react'

import { messageOf } from '../../shared/base/errors.ts'
import { Button } from './button.tsx'
import { Actions, Dialog, Grow } from './dialog.tsx'
import css from './ui.module.css'

interface BoundaryProps {
  /** What it stands around, as the subject of a sentence: "This tab". */
  readonly what: string
  /** A failure ends with a change of this: other content is drawn anew. */
  readonly resetKey?: unknown
  /** Puts the sentence into a dialog, for what lies over the page. */
  readonly overlay?: boolean
  /** Closes what failed. */
  readonly onClose?: () => void
  readonly children: ReactNode
}

interface BoundaryState {
  readonly error: unknown
  readonly failed: boolean
  readonly closed: boolean
  readonly resetKey: unknown
}

/** Keeps a view that throws from taking the rest of the window with it: a sentence stands in its place, with a way back. */
export class ErrorBoundary extends Component<BoundaryProps, BoundaryState> {
  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { failed: true, error }
  }

  static getDerivedStateFromProps({ resetKey }: BoundaryProps, state: BoundaryState): Partial<BoundaryState> | null {
    return Object.is(resetKey, state.resetKey) ? null : { failed: false, closed: false, resetKey }
  }

  override state: BoundaryState = { failed: false, closed: false, error: undefined, resetKey: this.props.resetKey }

  override render(): ReactNode {
    const { what, overlay = false, onClose, children } = this.props
    if (!this.state.failed) return children
    if (this.state.closed) return null
    const retry = () => this.setState({ failed: false })
    const title = `${what} can’t be shown`
    const detail = messageOf(this.state.error).slice(0, 300)
    const sentence = 'This is an error in Hawser. Everything else keeps working.'
    const close = () => {
      this.setState({ closed: true })
      onClose?.()
    }
    if (overlay)
      return (
        <Dialog alert title={title} description={sentence} tone="bad" onClose={close}>
          <p className={css['mono']}>{detail}</p>
          <Actions>
            <Grow />
            <Button onClick={close}>Close</Button>
            <Button look="primary" onClick={retry}>
              Try again
            </Button>
          </Actions>
        </Dialog>
      )
    return (
      <div className={css['empty']} role="alert">
        <strong>{title}</strong>
        <p>{sentence}</p>
        <p className={css['mono']}>{detail}</p>
        <Button look="primary" onClick={retry}>
          Try again
        </Button>
      </div>
    )
  }
}
