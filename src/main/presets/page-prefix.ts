/*
 * Where a service says on its own command line that its pages are below a path, `/` answers 404. Each of these options is
 * named by the manual of the program in brackets; where several stand there, the first of this list holds.
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

/** The path below which a process serves its pages, as `/a/b`, by its arguments joined by spaces; empty where they name none. */
export function pagePrefix(process: string): string {
  const words = process.split(' ').filter(Boolean)
  for (const option of options) {
    const prefix = asPrefix(valueOf(words, option))
    if (prefix !== '') return prefix
  }
  return grafanaPrefix(words)
}

/** A page of a preset where its process serves it. */
export function pageOf(page: string | null, process: string): string | null {
  if (page === null) return null
  const prefix = pagePrefix(process)
  return prefix === '' ? page : `${prefix}${page.startsWith('/') ? page : `/${page}`}`
}

/** `--x y`, `--x=y`, and with one dash as Go's programs take it; the last one holds, as most parsers have it. */
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

/** Grafana's address is for what stands before it, unless it serves from the path itself. */
function grafanaPrefix(words: readonly string[]): string {
  const setting = (name: string) =>
    words
      .map(word => /^(?:cfg:)?(?:default\.)?server\.(\w+)=(.*)$/.exec(word))
      .find(found => found?.[1] === name)?.[2] ?? ''
  return setting('serve_from_sub_path') === 'true' ? asPrefix(setting('root_url')) : ''
}

/** The path of an address or a path, as `/a/b`; empty for `/` and for what is not plainly a path. */
function asPrefix(value: string): string {
  const bare = value.replace(/^(["'])(.*)\1$/, '$2')
  const path = /^https?:\/\/[^/?#]+([^?#]*)/i.exec(bare)?.[1] ?? (bare.includes('://') ? '' : bare)
  const parts = path.split('/').filter(Boolean)
  const isPlain = parts.every(part => /^[\w.~%+:@-]+$/.test(part) && !/^\.+$/.test(part))
  return isPlain && parts.length > 0 && path.length <= maxPrefix ? `/${parts.join('/')}` : ''
}
