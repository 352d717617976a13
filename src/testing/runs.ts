import process from 'node:process'

/**
 * How many values a property test tries: a tenth of the great count, at least 50, on an ordinary day, and all of it
 * with HAWSER_LONG_TESTS=1.
 */
export function runs(great: number): number {
  return process.env['HAWSER_LONG_TESTS'] ? great : Math.min(great, Math.max(50, Math.round(great / 10)))
}
