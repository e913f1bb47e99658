import { fileURLToPath } from 'node:url'
import { z } from 'zod'

export type CommissioningSettings = {
  /** The folder with the place's open data about grants; the demonstration place's when absent. */
  placeFolder?: string
}

export const demonstrationPlaceFolder = fileURLToPath(new URL('../data/trafford', import.meta.url))

/** What this service reads from its environment. */
export const CommissioningEnvironment = z.object({
  GRANTS_FOLDER: z.string().min(1).optional().describe('the folder with the place’s open data about grants; the demonstration place’s when unset'),
})

/** The settings that these variables tell. */
export const commissioningSettingsFrom = ({ GRANTS_FOLDER: placeFolder }: z.output<typeof CommissioningEnvironment>): CommissioningSettings =>
  placeFolder === undefined ? {} : { placeFolder }
