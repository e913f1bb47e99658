import { backedUpUnderLoad } from './backedUpUnderLoad.ts'
import { diskFull, diskFullOfServers } from './diskFull.ts'
import type { Fault } from './fault.ts'
import { importKilled } from './importKilled.ts'
import { kafkaStopped } from './kafkaStopped.ts'
import { killedInOneProcess } from './killedInOneProcess.ts'
import { mongoKilled } from './mongoKilled.ts'
import { movedClock } from './movedClock.ts'
import { networkBroken } from './networkBroken.ts'
import { oldAndNewEvents } from './oldAndNewEvents.ts'
import { poisonEvent } from './poisonEvent.ts'
import { repeatedEvents } from './repeatedEvents.ts'
import { servicesKilled } from './servicesKilled.ts'
import { slowConsumer } from './slowConsumer.ts'
import { tornTail } from './tornTail.ts'

/** Every fault, in the order in which they run within their place. */
export const faults: readonly Fault[] = [
  killedInOneProcess,
  servicesKilled,
  kafkaStopped,
  mongoKilled,
  networkBroken,
  importKilled,
  oldAndNewEvents,
  movedClock,
  poisonEvent,
  repeatedEvents,
  slowConsumer,
  tornTail,
  diskFull,
  diskFullOfServers,
  backedUpUnderLoad,
]
