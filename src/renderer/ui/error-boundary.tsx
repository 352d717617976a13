import { Component, type ReactNode } from 'react'

import { messageOf } from '../../shared/base/errors.ts'
import { Button } from './button.tsx'
import { Actions, Dialog, Grow } from './dialog.tsx'
import page from './page.module.css'
import text from './text.module.css'

interface BoundaryProps {
  /** The wrapped view, as the subject of a sentence: "This tab". */
  readonly what: string
  /** A change of this key clears the error and renders the children again. */
  readonly resetKey?: unknown
  /** Shows the error in a dialog, for views that open over the page. */
  readonly overlay?: boolean
  /** Closes the failed view. */
  readonly onClose?: () => void
  readonly children: ReactNode
}

interface BoundaryState {
  readonly error: unknown
  readonly failed: boolean
  readonly closed: boolean
  readonly resetKey: unknown
}

/** Contains errors thrown by a view: an error message with "Try again" replaces it, and the rest of the window keeps working. */
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
    const sentence = 'This is a bug in Hawser. Everything else keeps working.'
    const close = () => {
      this.setState({ closed: true })
      onClose?.()
    }
    if (overlay)
      return (
        <Dialog alert title={title} description={sentence} tone="bad" onClose={close}>
          <p className={text['mono']}>{detail}</p>
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
      <div className={page['empty']} role="alert">
        <strong>{title}</strong>
        <p>{sentence}</p>
        <p className={text['mono']}>{detail}</p>
        <Button look="primary" onClick={retry}>
          Try again
        </Button>
      </div>
    )
  }
}
