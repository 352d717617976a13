import type { z } from 'zod'
import type { Event } from '../base/event.ts'

/** A request the renderer makes of main. `input` is checked in main before the handler sees it. */
export interface Call<In extends z.ZodType = z.ZodType, Out = unknown> {
  readonly kind: 'call'
  readonly input: In
  /** Type only; never present at run time. */
  readonly output?: Out
}

/** A fact main announces to every window. */
export interface Announcement<T = unknown> {
  readonly kind: 'event'
  /** Type only; never present at run time. */
  readonly payload?: T
}

/** One page of the contract. */
export type Service = Record<string, Call | Announcement>

/** Declares a request with its input schema; `returns` fixes its type only. */
export function call<In extends z.ZodType>(input: In) {
  return { returns: <Out>(): Call<In, Out> => ({ kind: 'call', input }) }
}

/** Declares an announcement. */
export function event<T>(): Announcement<T> {
  return { kind: 'event' }
}

/** What main must provide: one method per call, one `Event` per announcement. */
export type Implementation<S extends Service> = {
  readonly [K in keyof S]: S[K] extends Call<infer In, infer Out>
    ? (input: z.output<In>) => Out | Promise<Out>
    : S[K] extends Announcement<infer T>
      ? Event<T>
      : never
}

/** What the renderer sees: the same names, every call a promise. */
export type Client<S extends Service> = {
  readonly [K in keyof S]: S[K] extends Call<infer In, infer Out>
    ? (input: z.input<In>) => Promise<Out>
    : S[K] extends Announcement<infer T>
      ? Event<T>
      : never
}

/** Every channel of ours starts with this; preload refuses the rest. */
export const channelPrefix = 'hawser:'

/** The wire name of one member of one service. */
export function channel(service: string, member: string): string {
  return `${channelPrefix}${service}.${member}`
}
