/** Colors shared by the window's frame, which the system draws, and the page. */
export interface FrameColours {
  /** The background of the title bar and the pages, from the first frame on: `--bg` of the page. */
  readonly background: string
  /** The window's own buttons and secondary text: `--muted` of the page. */
  readonly symbols: string
}

const dark: FrameColours = { background: '#0e1317', symbols: '#9aabb7' }
const light: FrameColours = { background: '#eef2f4', symbols: '#51606b' }

/** Returns the colors of the dark or the light theme. */
export function frameColours(isDark: boolean): FrameColours {
  return isDark ? dark : light
}
