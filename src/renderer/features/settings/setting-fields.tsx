import { useEffect, useRef, useState } from 'react'

import { TextField } from '../../ui/field.tsx'

interface SettingTextProps {
  readonly label: string
  readonly value: string
  readonly placeholder?: string
  readonly hint?: string
  readonly onText: (text: string) => void
}

/** A text setting. It is saved on Enter, on blur, and when the page closes. */
export function SettingText({ value, onText, ...rest }: SettingTextProps) {
  // The text being edited; null shows the current value.
  const [typed, setTyped] = useState<string | null>(null)
  const take = () => {
    setTyped(null)
    if (typed !== null && typed.trim() !== value) onText(typed.trim())
  }
  const latest = useRef(take)
  useEffect(() => void (latest.current = take))
  useEffect(() => () => latest.current(), [])
  return (
    <TextField
      {...rest}
      value={typed ?? value}
      onChange={event => setTyped(event.target.value)}
      onBlur={take}
      onKeyDown={event => (event.key === 'Enter' ? take() : undefined)}
    />
  )
}

interface NumberFieldProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly whole?: boolean
  readonly onChange: (value: number) => void
}

/** A number setting. It is saved on Enter and on blur, if it is in range. */
export function NumberField({ label, value, min, max, whole = false, onChange }: NumberFieldProps) {
  const [error, setError] = useState<string | undefined>(undefined)
  // The text being edited; null shows the current value.
  const [text, setText] = useState<string | null>(null)
  const take = (typed: string) => {
    const number = Number(typed)
    const fits = typed.trim() !== '' && number >= min && number <= max && (!whole || Number.isInteger(number))
    setError(fits ? undefined : `Enter a number from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}.`)
    if (!fits) return
    setText(null)
    if (number !== value) onChange(number)
  }
  return (
    <TextField
      label={label}
      inputMode="decimal"
      value={text ?? String(value)}
      onChange={event => setText(event.target.value)}
      error={error}
      onBlur={event => take(event.target.value)}
      onKeyDown={event => (event.key === 'Enter' ? take(event.currentTarget.value) : undefined)}
    />
  )
}
