import { WebLinksAddon } from '@xterm/addon-web-links'
import type { ILinkHandler, Terminal } from '@xterm/xterm'

import { cleanLine } from '../../../shared/base/clean-text.ts'
import { isMac } from '../../ui/shortcut.ts'
import css from './terminal-pane.module.css'

const longestShown = 300

/**
 * Links in a terminal: those of programs (OSC 8, whose text may say anything) and addresses in the text. They open on
 * Ctrl+click (⌘ on a Mac), and show their real destination on hover.
 */
export class TerminalLinks {
  readonly #place: HTMLElement
  readonly #open: (address: string) => void
  #hint: HTMLElement | undefined

  constructor(place: HTMLElement, open: (address: string) => void) {
    this.#place = place
    this.#open = open
  }

  /** The handler of OSC 8 links, for xterm's options. */
  get handler(): ILinkHandler {
    return {
      activate: (event, address) => this.#activate(event, address),
      hover: (event, address) => this.#show(event, address),
      leave: () => this.#hide(),
      allowNonHttpProtocols: true,
    }
  }

  /** Finds addresses in the text of a terminal. */
  findIn(terminal: Terminal): void {
    terminal.loadAddon(
      new WebLinksAddon((event, address) => this.#activate(event, address), {
        hover: (event, address) => this.#show(event, address),
        leave: () => this.#hide(),
      }),
    )
  }

  #activate(event: MouseEvent, address: string): void {
    if (!(isMac ? event.metaKey : event.ctrlKey)) return
    this.#hide()
    this.#open(address)
  }

  #show(event: MouseEvent, address: string): void {
    this.#hide()
    const hint = document.createElement('div')
    hint.setAttribute('role', 'tooltip')
    hint.className = css['link'] ?? ''
    const where = document.createElement('span')
    where.textContent = shownAddress(address)
    hint.append(where, ` ${isMac ? '⌘' : 'Ctrl'}+click to open`)
    const box = this.#place.getBoundingClientRect()
    const below = event.clientY - box.top < box.height / 2
    hint.style.left = `${Math.max(0, Math.min(event.clientX - box.left, box.width - 320))}px`
    if (below) hint.style.top = `${event.clientY - box.top + 20}px`
    else hint.style.bottom = `${box.bottom - event.clientY + 14}px`
    this.#place.append(hint)
    this.#hint = hint
  }

  #hide(): void {
    this.#hint?.remove()
    this.#hint = undefined
  }
}

/** An address as it is requested: the host name in Punycode (RFC 3492), no invisible characters. */
function shownAddress(address: string): string {
  let whole = address
  try {
    whole = new URL(address).href
  } catch {
    // An invalid address is shown as it is.
  }
  return cleanLine(whole, longestShown)
}
