import { BusyError, type Ports, StaleError } from '@patchwork/aggregate'
import type { Language } from '../words/render.ts'
import { isAlreadyThere } from './alreadyThere.ts'

/** How a person wants to be told. `language` is absent until they chose one. */
export type Preferences = { language?: Language; email: boolean }

const unlessChosen: Preferences = { email: true }
const attemptsMax = 5

export type PreferencesStore = {
  /** What the person chose, and the number of the choice (0: none yet). */
  get(personId: string): Promise<{ preferences: Preferences; sequence: number }>
  /** Gives the number of the choice. Throws StaleError where `expectedSequence` is given and another choice came between. */
  choose(personId: string, preferences: Preferences, expectedSequence: number | undefined): Promise<number>
}

/** What people chose, by person. */
export const openPreferences = async ({ documents }: Pick<Ports, 'documents'>): Promise<PreferencesStore> => {
  const collection = await documents.collection<Preferences>({ service: 'notification', name: 'preferences', fields: {}, indexes: {} })
  const chooseOnce = async (personId: string, preferences: Preferences, expectedSequence: number | undefined): Promise<number | undefined> => {
    const stored = await collection.get(personId)
    const revision = stored?.revision ?? 0
    if (expectedSequence !== undefined && expectedSequence !== revision) throw new StaleError()
    if (stored) return (await collection.replace(personId, preferences, { expectedRevision: revision })) === 'replaced' ? revision + 1 : undefined
    return collection.insert(personId, preferences).then(
      () => 1,
      (error: unknown) => {
        if (isAlreadyThere(error)) return undefined
        throw error
      },
    )
  }
  return {
    get: async (personId) => {
      const stored = await collection.get(personId)
      return { preferences: stored?.body ?? unlessChosen, sequence: stored?.revision ?? 0 }
    },
    choose: async (personId, preferences, expectedSequence) => {
      for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
        const sequence = await chooseOnce(personId, preferences, expectedSequence)
        if (sequence !== undefined) return sequence
      }
      throw new BusyError()
    },
  }
}
