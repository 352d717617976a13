/*
 * Options by which a service puts its pages below a path, so that `/` returns 404. Each is documented in the manual of
 * the program in brackets; if several are present, the first of this list applies.
 */
const options = [
  'path_prefix', // TensorBoard
  'server.baseUrlPath', // Streamlit
  'static-prefix', // MLflow
  'dashboard-prefix', // Dask
  'web.route-prefix', // Prometheus, which answers below it even where its address is another
  'web.external-url',
  'www-root-path', // RStudio Server
  'abs-proxy-base-path', // code-server
  'server-base-path', // code serve-web
  'ServerApp.base_url', // Jupyter
  'NotebookApp.base_url',
  'base_url',
  'base-url',
  'root_path', // Gradio
  'root-path',
  'path-prefix',
  'base-path',
] as const

const maxPrefix = 256

/**
 * Returns the path below which a process serves its pages, as `/a/b`, according to its arguments joined by spaces;
 * empty if they set none.
 */
export function pagePrefix(process: string): string {
  const words = process.split(' ').filter(Boolean)
  for (const option of options) {
    const prefix = asPrefix(valueOf(words, option))
    if (prefix !== '') return prefix
  }
  return grafanaPrefix(words)
}

/** Returns the path of a preset's page as its process serves it. */
export function pageOf(page: string | null, process: string): string | null {
  if (page === null) return null
  const prefix = pagePrefix(process)
  return prefix === '' ? page : `${prefix}${page.startsWith('/') ? page : `/${page}`}`
}

/** `--x y`, `--x=y`, and with a single dash as Go's flag package accepts it; the last one wins, as in most parsers. */
function valueOf(words: readonly string[], option: string): string {
  const names = [`--${option}`, `-${option}`]
  for (let index = words.length - 1; index >= 0; index--) {
    const word = words[index] as string
    const next = words[index + 1] ?? ''
    if (names.includes(word)) return next.startsWith('-') ? '' : next
    const name = names.find(each => word.startsWith(`${each}=`))
    if (name !== undefined) return word.slice(name.length + 1)
  }
  return ''
}

/** Grafana's root URL is for a proxy in front of it, unless Grafana itself serves from the path. */
function grafanaPrefix(words: readonly string[]): string {
  const setting = (name: string) =>
    words
      .map(word => /^(?:cfg:)?(?:default\.)?server\.(\w+)=(.*)$/.exec(word))
      .find(found => found?.[1] === name)?.[2] ?? ''
  return setting('serve_from_sub_path') === 'true' ? asPrefix(setting('root_url')) : ''
}

/** Returns the path of a URL or path, as `/a/b`; empty for `/` and anything that isn't clearly a path. */
function asPrefix(value: string): string {
  const bare = value.replace(/^(["'])(.*)\1$/, '$2')
  const path = /^https?:\/\/[^/?#]+([^?#]*)/i.exec(bare)?.[1] ?? (bare.includes('://') ? '' : bare)
  const parts = path.split('/').filter(Boolean)
  const isPlain = parts.every(part => /^[\w.~%+:@-]+$/.test(part) && !/^\.+$/.test(part))
  return isPlain && parts.length > 0 && path.length <= maxPrefix ? `/${parts.join('/')}` : ''
}
