import type { Fault } from './fault.ts'
import { importKilled } from './importKilled.ts'
import { killedInOneProcess } from './killedInOneProcess.ts'
import { servicesKilled } from './servicesKilled.ts'
import { tornTail } from './tornTail.ts'

/** Every fault, in the order in which they run within their place. */
export const faults: readonly Fault[] = [killedInOneProcess, servicesKilled, importKilled, tornTail]
