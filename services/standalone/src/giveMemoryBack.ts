import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Collects garbage once, so that the system gets back, within seconds, what opening and loading a place needed and running it does not.
 * Left to itself, V8 keeps that room for as long as little is asked of the place. Takes some 50 ms; a repeat is harmless.
 */
export const giveMemoryBack = (): void => {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}
