import { isUtf8 } from 'node:buffer'

/**
 * Decodes a file written by another program: by its byte order mark, as UTF-8, as UTF-16, or in the Windows code page
 * of its author, which the file doesn't name. The code page is guessed from the resulting text: letters of one
 * alphabet, in plausible words. `language` is this computer's, such as `ko`, and breaks ties.
 */
export function decodeImport(bytes: Buffer, language: string = systemLanguage()): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le')
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const unmarked = utf16Of(bytes.subarray(0, 1024))
  if (unmarked !== null) return new TextDecoder(unmarked).decode(bytes)
  if (isUtf8(bytes)) return bytes.toString('utf8').replace(/^\uFEFF/, '')
  return new TextDecoder(codePageOf(bytes, language)).decode(bytes)
}

/** Text contains no NUL: one in every second byte means UTF-16 without a mark. */
function utf16Of(start: Buffer): 'utf-16le' | 'utf-16be' | null {
  const zeros = [0, 0]
  for (const [at, byte] of start.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] as number) + 1
  const [even = 0, odd = 0] = zeros
  if (odd > start.length / 4 && even === 0) return 'utf-16le'
  return even > start.length / 4 && odd === 0 ? 'utf-16be' : null
}

interface CodePage {
  readonly name: string
  readonly languages: string
  /** The letters of its texts. */
  readonly letters: RegExp
  /** Letters so frequent that they are evidence for it. */
  readonly frequent?: RegExp
}

// The first of equal candidates is chosen, so code pages whose words are least likely to be mistaken for others come
// first.
const codePages: readonly CodePage[] = [
  { name: 'windows-1252', languages: 'en de fr es it pt nl sv da nb no fi is ca', letters: /[À-ÖØ-öø-ÿŠšŽžŒœŸ]/ },
  { name: 'windows-1250', languages: 'pl cs sk hu ro hr sl sr-Latn sq bs', letters: /[À-ÖØ-öø-ž]/ },
  { name: 'windows-1254', languages: 'tr az', letters: /[À-ÖØ-öø-ÿĞğİıŞş]/ },
  { name: 'windows-1251', languages: 'ru uk bg be sr mk', letters: /[А-яЁёІіЇїЄєҐґЎў]/, frequent: /[А-я]/ },
  { name: 'windows-1253', languages: 'el', letters: /[Ά-ώ]/ },
  { name: 'windows-1255', languages: 'he', letters: /[א-ת]/ },
  { name: 'windows-1256', languages: 'ar fa ur', letters: /[ء-ي]/ },
  { name: 'windows-874', languages: 'th', letters: /[ก-ฺเ-์]/ },
  { name: 'shift_jis', languages: 'ja', letters: /[ぁ-ゖァ-ー々一-龠]/, frequent: /[ぁ-ゖァ-ー]/ },
  {
    name: 'gbk',
    languages: 'zh',
    letters: /[一-龥]/,
    frequent:
      /[的一是不了在人有我他这中大来上国个到说们为子和你地出务服器机测试生产数据库开发房主备网关跳板堡垒节点集群监控办公室北京南海广州深圳新老云内外线环境管理系统应用阿里腾讯]/,
  },
  {
    name: 'euc-kr',
    languages: 'ko',
    letters: /[가-힣]/,
    frequent:
      /[이다는을의가에하지한고를로도은기서어사아리들나자으라시대인그해전정수일버실개발운영테스트호관팀본무내외산학교구용]/,
  },
  {
    name: 'big5',
    languages: 'zh-TW zh-HK zh-Hant',
    letters: /[一-龥]/,
    frequent:
      /[的一是不了在人有我他這中大來上國個到說們為子和你地出務伺服器機測試生產資料庫開發房主備網關節點監控辦公室台北高雄新舊雲內外線環境管理系統應用]/,
  },
]

function codePageOf(bytes: Buffer, language: string): string {
  let best = { name: 'windows-1252', score: -1 }
  for (const page of codePages) {
    const score = scoreOf(bytes, page) + (isOf(page, language) ? 0.1 : 0)
    if (score > best.score + 1e-6) best = { name: page.name, score }
  }
  return best.name
}

function isOf({ languages }: CodePage, language: string): boolean {
  const all = languages.split(' ')
  return (
    all.includes(language) || (!/^zh-(TW|HK|Hant)/.test(language) && all.includes(language.split('-')[0] as string))
  )
}

/** From 0 to 1, and slightly more for frequent letters; below 0 if the bytes are not valid in that code page. */
function scoreOf(bytes: Buffer, page: CodePage): number {
  let text: string
  try {
    text = new TextDecoder(page.name, { fatal: true }).decode(bytes)
  } catch {
    return -1
  }
  const usual = usualLetters(page.name)
  const isUsual = (letter: string) => usual === null || usual.has(letter) || page.frequent?.test(letter) === true
  let [good, all, frequent] = [0, 0, 0]
  for (const [word] of text.matchAll(/[A-Za-z]*(?:[^\0-\x7f][A-Za-z]*)+/g)) {
    const foreign = [...word].filter(letter => letter > '\x7f')
    all += foreign.length
    if (!isWord(word, page)) continue
    good += foreign.filter(letter => page.letters.test(letter) && isUsual(letter)).length
    frequent += foreign.filter(letter => page.frequent?.test(letter)).length
  }
  return all === 0 ? 0 : good / all + (0.05 * frequent) / all
}

/** True for capitals at the start of a word or throughout; letters of Latin alphabets appear among English ones. */
function isWord(word: string, { name, letters }: CodePage): boolean {
  const plain = word.replace(/[^\p{L}]/gu, '')
  const isLatin = /^windows-125[024]$/.test(name)
  if (isLatin && /[^\0-\x7f]{3}/.test(word)) return false
  if (isLatin && word.length > 1 && !/[A-Za-z]/.test(word)) return false
  if (/^windows-125[0-4]$/.test(name) && !/^(\p{Lu}?[\p{Ll}ªº]*|\p{Lu}+)$/u.test(plain)) return false
  return isLatin || !/[A-Za-z]/.test(plain) || !/^windows/.test(name) || !letters.test(plain)
}

// Half of the Chinese characters of a code page are rare: they are in its second part.
const usualLeads: Readonly<Record<string, readonly [number, number]>> = {
  big5: [0xa4, 0xc6],
  gbk: [0xb0, 0xd7],
  shift_jis: [0x88, 0x97],
}

/** Returns the letters of the first part of a double-byte code page, or null for a single-byte one. */
function usualLetters(name: string): ReadonlySet<string> | null {
  const leads = usualLeads[name]
  if (leads === undefined) return null
  const bytes: number[] = []
  for (let lead = leads[0]; lead <= leads[1]; lead++)
    for (let trail = name === 'gbk' ? 0xa1 : 0x40; trail <= 0xfe; trail++)
      if (trail !== 0x7f && (name !== 'big5' || trail < 0x7f || trail > 0xa0)) bytes.push(lead, trail)
  return new Set(new TextDecoder(name).decode(Uint8Array.from(bytes)))
}

function systemLanguage(): string {
  return Intl.DateTimeFormat().resolvedOptions().locale
}
