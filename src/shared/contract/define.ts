import type { z } from 'zod'
import type { Event } from '../base/event.ts'

/** A request from the renderer to main. `input` is validated in main before the handler is called. */
export interface Call<In extends z.ZodType = z.ZodType, Out = unknown> {
  readonly kind: 'call'
  readonly input: In
  /** For the type only; never present at run time. */
  readonly output?: Out
}

/** A fact that main announces to every window. */
export interface Announcement<T = unknown> {
  readonly kind: 'event'
  /** For the type only; never present at run time. */
  readonly payload?: T
}

/** One service of the contract. */
export type Service = Record<string, Call | Announcement>

/** Declares a request with its input schema; `returns` only sets its type. */
export function call<In extends z.ZodType>(input: In) {
  return { returns: <Out>(): Call<In, Out> => ({ kind: 'call', input }) }
}

/** Declares an announcement. */
export function event<T>(): Announcement<T> {
  return { kind: 'event' }
}

/** The main process's side: one method per call, one `Event` per announcement. */
export type Implementation<S extends Service> = {
  readonly [K in keyof S]: S[K] extends Call<infer In, infer Out>
    ? (input: z.output<In>) => Out | Promise<Out>
    : S[K] extends Announcement<infer T>
      ? Event<T>
      : never
}

/** The renderer's side: the same names, with every call returning a promise. */
export type Client<S extends Service> = {
  readonly [K in keyof S]: S[K] extends Call<infer In, infer Out>
    ? (input: z.input<In>) => Promise<Out>
    : S[K] extends Announcement<infer T>
      ? Event<T>
      : never
}

/** The prefix of every channel; the preload script rejects all others. */
export const channelPrefix = 'hawser:'

/** Returns the channel name of one member of one service. */
export function channel(service: string, member: string): string {
  return `${channelPrefix}${service}.${member}`
}
