const middleMs = 500

/**
 * Takes pastes by the system (Shift+Insert, a menu) away from xterm.js, whose raw text must not reach the shell.
 * `onPaste` receives the text of each.
 */
export function takePastes(element: HTMLElement, onPaste: (text: string) => void): void {
  let lastMiddle = -Infinity
  const paste = (event: ClipboardEvent) => {
    event.preventDefault()
    event.stopImmediatePropagation()
    // The app handles the middle click itself, so the paste of the system would be a second one.
    if (performance.now() - lastMiddle > middleMs) onPaste(event.clipboardData?.getData('text/plain') ?? '')
  }
  const middle = (event: MouseEvent) => {
    if (event.button === 1) lastMiddle = performance.now()
  }
  element.addEventListener('paste', paste, true)
  element.addEventListener('mouseup', middle, true)
  element.addEventListener('auxclick', middle, true)
}
