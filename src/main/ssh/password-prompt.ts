/*
 * A server prompts in its own language, and indicates only whether the response may be echoed. A single hidden prompt
 * at the start of a sign-in is the password in any language, unless it names a code. Later prompts may be anything, so
 * there only the word itself counts.
 */

// Words for codes: one-time passwords, tokens, codes from an app, a message or a card, and challenges.
const code = new RegExp(
  [
    'one[- ]?time|single[- ]?use|otp|token|code|\\bpin\\b|\\btan\\b|verif|2fa|mfa|authenticator|\\bduo\\b|yubi|securid',
    '\\bsms\\b|challenge|respon[sc]e|s/key|second factor|two[- ]?factor|two[- ]?step',
    'einmal|bestätigung|sicherheitsschlüssel|zweit|usage unique|jetable|jeton|vérif|código|unico uso|único|un solo uso',
    'codice|monouso|eenmalig|verificatie|engångs|engangs|kertakäyttö|vahvistus|jednoraz|jednorázov|egyszer|\\bk[oó]d|kode\\b',
    'doğrulama|tek kullanım|одноразов|разов|\\u043aод(?!ов)|токен|пин|μιας χρήσης|mã xác|sekali pakai|verifikasi',
    '验证|驗證|校验|校驗|动态|動態|一次|令牌|权杖|權杖|口令牌|短信|簡訊|密码器|二次|双因|雙因|两步|兩步',
    'ワンタイム|認証コード|確認|コード|トークン|ワンタイ|二段階|暗証',
    '인증|일회용|토큰|코드|동적|확인|חד פעמי|קוד|رمز التحقق|لمرة واحدة|رمز الت|یکبار',
  ].join('|'),
  'i',
)

const password = new RegExp(
  [
    'passwor[dt]|kennwort|mot de passe|contraseña|\\bsenha|palavra-passe|wachtwoord|lösenord|adgangskode|passord|salasana',
    'hasło|heslo|jelszó|parol[aăe]|пароль|κωδικ|şifre|mật khẩu|รหัสผ่าน|kata sandi|密码|密碼|口令|パスワード|비밀번호|암호|סיסמ|كلمة',
  ].join('|'),
  'i',
)

/**
 * True if a prompt asks for the password. `first` means that no secret was given in this sign-in yet. A code is never
 * mistaken for a password.
 */
export function asksForPassword(prompt: string, first: boolean): boolean {
  const text = prompt.normalize('NFKC')
  if (namesCode(prompt)) return false
  if (password.test(text)) return true
  // A challenge is displayed as digits.
  return first && !/\d{4}/.test(text)
}

/** True if a prompt asks for a code, a PIN or the answer to a challenge. */
export function namesCode(prompt: string): boolean {
  // `adgangskode` is Danish for password and ends like the word for a code.
  return code.test(prompt.normalize('NFKC').replace(/adgangskode/gi, 'password'))
}
