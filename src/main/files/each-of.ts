/**
 * Runs `work` for every item, at most `atOnce` in parallel, in order of start. On the first failure nothing more is
 * started; rejects with it once running work has ended.
 */
export async function eachOf<T>(items: Iterable<T>, atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]()
  let failed: { error: unknown } | undefined
  const worker = async () => {
    for (let next = queue.next(); next.done !== true && !failed; next = queue.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failed ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  if (failed) throw failed.error
}
