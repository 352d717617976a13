import { sh, type Script } from '../ssh/script.ts'

/** Marks the start of a script's output, after the output of the login shell. */
const mark = 'hawser-keys:'

/**
 * Does what ssh-copy-id does, for `sh`: creates ~/.ssh (0700) and authorized_keys (0600) if missing, terminates an
 * incomplete last line, and adds the line once. Existing contents are preserved byte for byte.
 */
export function putScript(line: string): Script {
  const blob = line.split(' ')[1] ?? ''
  return sh`umask 077
cd || { echo ${mark}' no-home'; exit 0; }
mkdir -p .ssh || { echo ${mark}' no-folder'; exit 0; }
f=.ssh/authorized_keys
if [ -f "$f" ] && grep -v '^[[:space:]]*#' "$f" | grep -qF ${blob}; then echo ${mark}' there'; exit 0; fi
if [ -s "$f" ] && [ "$(tail -c 1 "$f" | wc -l)" -eq 0 ]; then printf '\\n' >> "$f" || { echo ${mark}' no-write'; exit 0; }; fi
printf '%s\\n' ${line} >> "$f" || { echo ${mark}' no-write'; exit 0; }
if command -v restorecon >/dev/null 2>&1; then restorecon -F .ssh "$f" >/dev/null 2>&1; fi
echo ${mark}' added'
`
}

/** Encodes Base64 in lines that every decoder accepts. */
export function encodeLines(file: Buffer): Buffer {
  return Buffer.from(`${file.toString('base64').replace(/.{1,64}/g, '$&\n')}`)
}

/** Prints authorized_keys in Base64, with its real path, so that it can be edited locally and sent back. */
export const readScript = sh`cd || exit 0
f=.ssh/authorized_keys
[ -f "$f" ] || { echo ${mark}' none'; exit 0; }
p=$(readlink -f "$f" 2>/dev/null) || p=$f
echo ${mark}' file'
cksum < "$p"
if command -v base64 >/dev/null 2>&1; then base64 < "$p"; else openssl base64 < "$p"; fi
`

/**
 * Replaces authorized_keys atomically, keeping its mode, if it hasn't changed since it was read. The new text arrives
 * in Base64 on standard input; if it is incomplete, nothing is changed.
 */
export function replaceScript(checksum: string, size: number): Script {
  return sh`umask 077
cd || exit 0
f=.ssh/authorized_keys
p=$(readlink -f "$f" 2>/dev/null) || p=$f
t="$p.hawser-$$"
trap 'rm -f "$t"' EXIT HUP INT TERM
cp -p "$p" "$t" || { echo ${mark}' no-write'; exit 0; }
if echo YQ== | base64 -d >/dev/null 2>&1; then base64 -d > "$t"; else openssl base64 -d > "$t"; fi
[ "$(wc -c < "$t" | tr -d ' ')" = ${size} ] || { echo ${mark}' no-write'; exit 0; }
[ "$(cksum < "$p")" = ${checksum} ] || { echo ${mark}' changed'; exit 0; }
mv -f "$t" "$p" && echo ${mark}' done' || echo ${mark}' no-write'
`
}

/** Returns the word after the mark, and the lines that follow. */
export function readAnswer(output: string): { readonly word: string; readonly rest: string } | null {
  const at = output.lastIndexOf(mark)
  if (at < 0) return null
  const end = output.indexOf('\n', at)
  const word = output.slice(at + mark.length, end < 0 ? undefined : end).trim()
  return { word, rest: end < 0 ? '' : output.slice(end + 1) }
}

/**
 * Removes the lines of a key, whatever their options; every other byte is preserved. Returns the number of removed
 * lines.
 */
export function withoutKey(file: Buffer, blob: Uint8Array): { readonly file: Buffer; readonly gone: number } {
  const encoded = Buffer.from(blob).toString('base64')
  const kept: Buffer[] = []
  let [gone, start] = [0, 0]
  while (start < file.length) {
    const newline = file.indexOf(0x0a, start)
    const end = newline < 0 ? file.length : newline + 1
    const line = file.subarray(start, end)
    const text = line.toString('latin1')
    const names = !text.trimStart().startsWith('#') && text.split(/[ \t\r\n]+/).includes(encoded)
    if (names) gone++
    else kept.push(line)
    start = end
  }
  return { file: Buffer.concat(kept), gone }
}
