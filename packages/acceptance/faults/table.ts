import type { Fault } from './fault.ts'
import { importKilled } from './importKilled.ts'
import { kafkaStopped } from './kafkaStopped.ts'
import { killedInOneProcess } from './killedInOneProcess.ts'
import { mongoKilled } from './mongoKilled.ts'
import { networkBroken } from './networkBroken.ts'
import { servicesKilled } from './servicesKilled.ts'

/** Every fault, in the order in which they run within their place. */
export const faults: readonly Fault[] = [killedInOneProcess, servicesKilled, kafkaStopped, mongoKilled, networkBroken, importKilled]
