// A user of a link in a process of its own, which can be stopped and can be in another network namespace. It answers
// calls of `link-user-process.ts`, the first of which opens everything.
import { openLinkUser, type LinkHost, type LinkUser } from './link-user.ts'
import type { LinkCall, LinkReply } from './link-user-process.ts'

let user: LinkUser | undefined

async function answer({ name, args }: LinkCall): Promise<unknown> {
  if (name === 'open') return void (user = await openLinkUser(...(args as [string, LinkHost])))
  const method = (user as LinkUser)[name] as (...args: readonly unknown[]) => Promise<unknown>
  return method(...args)
}

process.on('message', (call: LinkCall) => {
  const reply = (rest: Omit<LinkReply, 'id'>) => process.send?.({ id: call.id, ...rest })
  answer(call).then(
    value => reply({ value }),
    (error: unknown) => reply({ error: String(error instanceof Error ? error.stack : error) }),
  )
})
// Its parent has ended.
process.on('disconnect', () => process.exit())
