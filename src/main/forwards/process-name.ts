const longestName = 64

// Programs whose first argument is a script or module.
const interpreter =
  /^(python[\d.]*|pypy[\d.]*|node|nodejs|deno|bun|ruby[\d.]*|perl[\d.]*|php[\d.]*|java|Rscript|julia|lua[\d.]*|sh|bash|dash|zsh|fish)$/
// Their flags without a value; the word after any other flag may be its value.
const loneFlag = /^-[uBEIOSsbdvx]+$/
// A plain word could be anything; a path or an extension shows that it is a file.
const scriptFile = /^(\.{0,2}|~)\/|\.(py|pyc|mjs|cjs|js|ts|rb|pl|php|jl|lua|R|sh|jar)$/
const name = /^[A-Za-z_][\w.+-]*$/

/**
 * Returns a short name of a process from its arguments: the program, the script or module that it runs, and its port if
 * that is the listening one. Everything else is left out, since programs receive passwords and tokens in any place and
 * form.
 */
export function processName(process: string, port: number): string {
  const [first = '', ...rest] = process.split(' ').filter(Boolean)
  const program = nameOf(first.replace(/:$/, ''))
  if (program === null) return ''
  return [program, ...(interpreter.test(program) ? scriptOf(rest) : []), ...portOf(rest, port)].join(' ')
}

function scriptOf(words: readonly string[]): readonly string[] {
  const [flag, module] = [words.findIndex(word => !loneFlag.test(word)), '-m']
  const word = words[flag]
  if (word === undefined) return []
  const next = words[flag + 1]
  if (word === module) return next !== undefined && nameOf(next) === next ? [module, next] : []
  const script = scriptFile.test(word) ? nameOf(word) : null
  return script === null ? [] : [script]
}

/** Returns the last part of a path if it is a plain name that doesn't look like a secret. */
function nameOf(word: string): string | null {
  const last = word.slice(word.lastIndexOf('/') + 1)
  return name.test(last) && last.length <= longestName && !looksSecret(last) && !/:\/\/|[=@?&]/.test(word) ? last : null
}

/** True for text that looks random: a known token prefix, or a long run of mixed letters and digits. */
function looksSecret(word: string): boolean {
  if (
    /^(sk|pk|rk|gh[a-z]|github_pat|glpat|hf|xox[a-z]|AKIA|ASIA|eyJ|ya29|AIza|npm|pypi)[-_.]?[A-Za-z0-9]{8,}/.test(word)
  )
    return true
  return word.split(/[._+-]/).some(part => part.length >= 16 && /\d/.test(part) && /[A-Za-z]/.test(part))
}

function portOf(words: readonly string[], port: number): readonly string[] {
  const at = words.findIndex(
    (word, index) => word === `--port=${port}` || (word === '--port' && words[index + 1] === String(port)),
  )
  return at < 0 ? [] : ['--port', String(port)]
}
