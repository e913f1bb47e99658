import type { Runtime } from '@patchwork/runtime'

/** Milliseconds to wait after the given number of failures: doubling from `firstMs` to at most `mostMs`, between half and all of it by chance. */
export const backOffMs = (runtime: Pick<Runtime, 'randomBytes'>, failures: number, limits: { firstMs: number; mostMs: number }): number => {
  const wholeMs = Math.min(limits.mostMs, limits.firstMs * 2 ** Math.min(failures - 1, 30))
  const chance = (runtime.randomBytes(1)[0] ?? 0) / 255
  return Math.round(wholeMs / 2 + (wholeMs / 2) * chance)
}

/** Whether a failure is of the place and not of the request: the same request may succeed later. */
export const isUnavailable = (error: unknown): boolean => (error as { kind?: unknown } | undefined)?.kind === 'unavailable'

/** The stable code of an error of ours or of a driver; by code and not by class, since one class can be loaded twice. */
export const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
