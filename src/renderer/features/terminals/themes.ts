import type { ITheme } from '@xterm/xterm'

/** One terminal colour scheme. */
export interface TerminalTheme {
  readonly id: string
  readonly name: string
  readonly dark: boolean
  readonly colours: ITheme
}

type Sixteen = readonly [string, string, string, string, string, string, string, string, string, string, string, string, string, string, string, string]

function theme(id: string, name: string, dark: boolean, look: { bg: string; fg: string; cursor: string; selection: string; ansi: Sixteen }): TerminalTheme {
  const [black, red, green, yellow, blue, magenta, cyan, white, ...bright] = look.ansi
  const [brightBlack, brightRed, brightGreen, brightYellow, brightBlue, brightMagenta, brightCyan, brightWhite] = bright
  const ansi = { black, red, green, yellow, blue, magenta, cyan, white, brightBlack, brightRed, brightGreen, brightYellow, brightBlue, brightMagenta, brightCyan, brightWhite }
  return { id, name, dark, colours: { background: look.bg, foreground: look.fg, cursor: look.cursor, cursorAccent: look.bg, selectionBackground: look.selection, ...ansi } as ITheme }
}

/** The schemes that ship, six dark and four light. */
export const terminalThemes: readonly TerminalTheme[] = [
  theme('hawser-dark', 'Hawser Dark', true, {
    bg: '#0b1014', fg: '#e7eef3', cursor: '#35c8b4', selection: '#35c8b455',
    ansi: ['#33424e', '#f2716b', '#4bd08b', '#f0b849', '#6aaefc', '#c792ea', '#35c8b4', '#c9d5dd', '#6b7e8c', '#ff9089', '#74e3a8', '#ffd279', '#93c5ff', '#dcb3f5', '#6fe0d1', '#ffffff'],
  }),
  theme('one-dark', 'One Dark', true, {
    bg: '#282c34', fg: '#abb2bf', cursor: '#528bff', selection: '#3e4451',
    ansi: ['#3f4451', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d7dae0', '#7f848e', '#ff7b86', '#b1e18b', '#efb074', '#67cdff', '#e48bff', '#63d4e0', '#ffffff'],
  }),
  theme('dracula', 'Dracula', true, {
    bg: '#282a36', fg: '#f8f8f2', cursor: '#f8f8f2', selection: '#44475a',
    ansi: ['#21222c', '#ff5555', '#50fa7b', '#f1fa8c', '#bd93f9', '#ff79c6', '#8be9fd', '#f8f8f2', '#6272a4', '#ff6e6e', '#69ff94', '#ffffa5', '#d6acff', '#ff92df', '#a4ffff', '#ffffff'],
  }),
  theme('nord', 'Nord', true, {
    bg: '#2e3440', fg: '#d8dee9', cursor: '#d8dee9', selection: '#434c5e',
    ansi: ['#3b4252', '#bf616a', '#a3be8c', '#ebcb8b', '#81a1c1', '#b48ead', '#88c0d0', '#e5e9f0', '#616e88', '#bf616a', '#a3be8c', '#ebcb8b', '#81a1c1', '#b48ead', '#8fbcbb', '#eceff4'],
  }),
  theme('gruvbox-dark', 'Gruvbox Dark', true, {
    bg: '#282828', fg: '#ebdbb2', cursor: '#ebdbb2', selection: '#504945',
    ansi: ['#282828', '#cc241d', '#98971a', '#d79921', '#458588', '#b16286', '#689d6a', '#a89984', '#928374', '#fb4934', '#b8bb26', '#fabd2f', '#83a598', '#d3869b', '#8ec07c', '#ebdbb2'],
  }),
  theme('tokyo-night', 'Tokyo Night', true, {
    bg: '#1a1b26', fg: '#c0caf5', cursor: '#c0caf5', selection: '#33467c',
    ansi: ['#15161e', '#f7768e', '#9ece6a', '#e0af68', '#7aa2f7', '#bb9af7', '#7dcfff', '#a9b1d6', '#565f89', '#f7768e', '#9ece6a', '#e0af68', '#7aa2f7', '#bb9af7', '#7dcfff', '#c0caf5'],
  }),
  theme('hawser-light', 'Hawser Light', false, {
    bg: '#fbfcfd', fg: '#17212a', cursor: '#0a7669', selection: '#0c8a7b33',
    ansi: ['#17212a', '#bb2d27', '#10703f', '#825600', '#1a61b8', '#8a3ea8', '#0a7669', '#8b98a3', '#51606b', '#d0443e', '#178a50', '#a86f00', '#1f6fd1', '#a04fc0', '#0c8a7b', '#5b6b77'],
  }),
  theme('solarized-light', 'Solarized Light', false, {
    bg: '#fdf6e3', fg: '#586e75', cursor: '#586e75', selection: '#eee8d5',
    ansi: ['#073642', '#dc322f', '#859900', '#b58900', '#268bd2', '#d33682', '#2aa198', '#93a1a1', '#002b36', '#cb4b16', '#586e75', '#657b83', '#839496', '#6c71c4', '#93a1a1', '#657b83'],
  }),
  theme('one-light', 'One Light', false, {
    bg: '#fafafa', fg: '#383a42', cursor: '#526fff', selection: '#e5e5e6',
    ansi: ['#383a42', '#e45649', '#50a14f', '#c18401', '#4078f2', '#a626a4', '#0184bc', '#a0a1a7', '#4f525e', '#e06c75', '#98c379', '#d19a66', '#61afef', '#c678dd', '#56b6c2', '#696c77'],
  }),
  theme('github-light', 'GitHub Light', false, {
    bg: '#ffffff', fg: '#24292f', cursor: '#0969da', selection: '#0969da33',
    ansi: ['#24292f', '#cf222e', '#116329', '#4d2d00', '#0969da', '#8250df', '#1b7c83', '#6e7781', '#57606a', '#a40e26', '#1a7f37', '#633c01', '#218bff', '#a475f9', '#3192aa', '#8c959f'],
  }),
]

/** A scheme by its id; the app's own when there is none. */
export function themeById(id: string, dark: boolean): TerminalTheme {
  const found = terminalThemes.find(each => each.id === id) ?? terminalThemes.find(each => each.id === (dark ? 'hawser-dark' : 'hawser-light'))
  return found as TerminalTheme
}
