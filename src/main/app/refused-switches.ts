// These open the page or the main process to a debugger, start other programs, or take the page's limits away.
const refused = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'inspect',
  'inspect-brk',
  'inspect-port',
  'inspect-wait',
  'js-flags',
  'load-extension',
  'disable-web-security',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
  'browser-subprocess-path',
]

/**
 * The sentence to end with when the program was started with a switch that opens it to others; null when it wasn't. Only
 * for the packaged program: tests and development drive it by a debugger.
 */
export function refusedSwitch(hasSwitch: (name: string) => boolean): string | null {
  const name = refused.find(hasSwitch)
  return name === undefined ? null : `Hawser doesn’t start with --${name}, because that switch lets other programs control it.`
}
