import { join } from 'node:path'
import { z } from 'zod'

/** What this service can be told beyond what every service is told. */
export type DirectorySettings = {
  /** The folder of the council area served: `place.json`, `wards.geojson`, `postcodes.csv.gz` and its open data. Absent: the demonstration place. */
  placeFolder?: string
  /** Where "patchwork import postcodes" has put the postcodes of the country. They are asked before those of the place; absent, or no such file: only the place's own. */
  postcodesFile?: string
  /** Where "patchwork import taxonomy" has put the taxonomies that others keep. Absent, or no such folder: only the place's own kinds. */
  taxonomiesFolder?: string
  /**
   * Names this process among those of the service, so that each hears every event for its own search. Stable over restarts where only one process
   * has the name. Absent: a new name at each start, right for any number of processes.
   */
  instance?: string
  /** How often statements of room are looked at for having ended, and offers for having gone unassured. */
  capacityCheckMs?: number
  /** How often it is looked for whom to tell of offers that are new. */
  newOffersCheckMs?: number
  /** How often feeds are looked for whose time has come. */
  feedCheckMs?: number
  /** How often the counts of looks at the pages of offers are written. */
  viewsWriteMs?: number
}

export const demonstrationPlaceFolder = join(import.meta.dirname, '../data/trafford')
export const capacityCheckMsByDefault = 5_000
export const newOffersCheckMsByDefault = 60_000
export const feedCheckMsByDefault = 30_000
export const viewsWriteMsByDefault = 30_000

/** What this service reads from its environment. */
export const DirectoryEnvironment = z.object({
  PLACE_FOLDER: z.string().min(1).optional().describe('the folder of the council area served; the demonstration place when unset'),
  POSTCODES_FILE: z.string().min(1).optional().describe('what "patchwork import postcodes --to" wrote; only the postcodes of the place when unset'),
  TAXONOMIES_FOLDER: z.string().min(1).optional().describe('where "patchwork import taxonomy --to" wrote; only the place’s own kinds when unset'),
  INSTANCE: z
    .string()
    .regex(/^[\w-]{1,60}$/, 'has other characters than letters, digits, - and _, or more than 60')
    .optional()
    .describe('names this process among those of the service, the same over restarts; a new name at each start when unset'),
})

/** The settings that these variables tell. */
export const directorySettingsFrom = ({
  PLACE_FOLDER: placeFolder,
  POSTCODES_FILE: postcodesFile,
  TAXONOMIES_FOLDER: taxonomiesFolder,
  INSTANCE: instance,
}: z.output<typeof DirectoryEnvironment>): DirectorySettings => ({
  ...(placeFolder === undefined ? {} : { placeFolder }),
  ...(postcodesFile === undefined ? {} : { postcodesFile }),
  ...(taxonomiesFolder === undefined ? {} : { taxonomiesFolder }),
  ...(instance === undefined ? {} : { instance }),
})
