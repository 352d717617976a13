import { describe, expect, it } from 'vitest'

import { asksForPassword } from './password-prompt.ts'

describe('a hidden question of a server', () => {
  it.each([
    'Password: ',
    'Passwort:',
    '密码：',
    '密碼:',
    '口令:',
    'パスワード:',
    '암호:',
    '비밀번호:',
    'Пароль:',
    'Mot de passe :',
  ])('is for the password, first or later: %s', prompt => {
    expect(asksForPassword(prompt, true)).toBe(true)
    expect(asksForPassword(prompt, false)).toBe(true)
  })

  it.each(['(me@box) Kennwort:', 'Adgangskode:', 'Contraseña:', 'Nenosiri:', 'Pasfhocal:', '', '?'])(
    'is for the password at the start, in whatever language: %s',
    prompt => expect(asksForPassword(prompt, true)).toBe(true),
  )

  it.each([
    'Verification code: ',
    "One-time password (OATH) for `me': ",
    'Enter PASSCODE:',
    'Password + token:',
    'Einmalpasswort:',
    'Bestätigungscode:',
    '验证码:',
    '动态密码:',
    '一次性密码:',
    '動態密碼:',
    'ワンタイムパスワード:',
    '確認コード:',
    '일회용 비밀번호:',
    '인증번호:',
    'Код подтверждения:',
    'Одноразовый пароль:',
    'Mot de passe à usage unique :',
    'Engangskode:',
    'Challenge: ',
    'Antwort auf 482913: ',
  ])('is for a code, never the password: %s', prompt => {
    expect(asksForPassword(prompt, true)).toBe(false)
    expect(asksForPassword(prompt, false)).toBe(false)
  })

  it('is not for the password by its position once a secret was given', () => {
    expect(asksForPassword('Nenosiri:', false)).toBe(false)
  })
})
