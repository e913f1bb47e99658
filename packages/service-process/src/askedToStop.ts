const stopSignals = ['SIGINT', 'SIGTERM'] as const

/** Where a process hears of signals. */
export type Signals = Pick<NodeJS.EventEmitter, 'on' | 'removeListener'>

/**
 * Resolves `asked` at the first signal to stop. Signals are listened to until `forget`: npm passes on what a terminal has sent to the whole group, and the
 * repeat must not cut off the draining that the first has begun.
 */
export const askedToStop = (signals: Signals): { asked: Promise<void>; forget(): void } => {
  let ask = (): void => undefined
  const asked = new Promise<void>((resolve) => {
    ask = resolve
  })
  for (const signal of stopSignals) signals.on(signal, ask)
  return {
    asked,
    forget: () => {
      for (const signal of stopSignals) signals.removeListener(signal, ask)
    },
  }
}
