import { useEffect, useState } from 'react'

/** The time as in `Date.now`, updated every second while `ticks` is true. A hook. */
export function useNow(ticks: boolean): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!ticks) return
    setNow(Date.now())
    const timer = window.setInterval(() => setNow(Date.now()), 1_000)
    return () => window.clearInterval(timer)
  }, [ticks])
  return now
}

/** How far away a time is, as in “resuming in 4 s”; times as in `Date.now`. */
export function inSeconds(until: number, now: number): string {
  const seconds = Math.ceil((until - now) / 1000)
  return seconds > 0 ? `in ${seconds} s` : 'now'
}
