import { sleep } from '@patchwork/runtime'
import type { SimulatedTime } from '@patchwork/runtime/simulation'
import type { SimulatedServices } from './simulatedServices.ts'
import { commandOf } from './watching.ts'

const id = 'glanced-at'
const glances = 30
const waitsMs = 1_000

/**
 * Asks one aggregate many times for what changes nothing, each time under a key of its own, and remembers what it was told. `askAgain` asks all of it
 * again with another decision: the first answer is what counts, by rule for a day, however many others came since.
 */
export const openGlances = (time: SimulatedTime, services: SimulatedServices, violations: string[]) => {
  const told = new Map<string, string>()
  const glance = async (key: string, answer: number): Promise<string | undefined> => {
    const asked = services.witness()?.testimonies.update(id, commandOf(key), () => ({ events: [], answer: { answer } }))
    return Promise.race([asked?.then((outcome) => JSON.stringify(outcome.answer)).catch(() => undefined), sleep(time.runtime, waitsMs).then(() => undefined)])
  }
  return {
    play: async (): Promise<void> => {
      for (let at = 0; at < glances; at += 1) {
        const answer = await glance(`glance-${at}`, at)
        if (answer !== undefined) told.set(`glance-${at}`, answer)
        await sleep(time.runtime, time.pick(80))
      }
    },
    askAgain: async (): Promise<void> => {
      for (const [key, answer] of told) {
        const again = await glance(key, -1)
        if (again !== answer) violations.push(`rule 7: what changed nothing was answered ${answer}, and asked again ${again}`)
      }
    },
  }
}
