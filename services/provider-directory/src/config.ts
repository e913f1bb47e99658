import { join } from 'node:path'
import { z } from 'zod'

/** What this service can be told beyond what every service is told. */
export type DirectorySettings = {
  /** The folder of the council area served: `place.json`, `wards.geojson`, `postcodes.csv.gz` and its open data. Absent: the demonstration place. */
  placeFolder?: string
  /**
   * Names this process among those of the service, so that each hears every event for its own search. Stable over restarts where only one process
   * has the name. Absent: a new name at each start, right for any number of processes.
   */
  instance?: string
  /** How often statements of room are looked at for having ended. */
  capacityCheckMs?: number
}

export const demonstrationPlaceFolder = join(import.meta.dirname, '../data/trafford')
export const capacityCheckMsByDefault = 5_000

const Environment = z.object({
  PLACE_FOLDER: z.string().min(1).optional(),
  INSTANCE: z
    .string()
    .regex(/^[\w-]{1,60}$/)
    .optional(),
})

/** Reads this service's own settings from the environment. Throws ZodError. */
export const readDirectorySettings = (environment: Record<string, string | undefined>): DirectorySettings => {
  const { PLACE_FOLDER: placeFolder, INSTANCE: instance } = Environment.parse(environment)
  return { ...(placeFolder === undefined ? {} : { placeFolder }), ...(instance === undefined ? {} : { instance }) }
}
