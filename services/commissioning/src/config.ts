import { fileURLToPath } from 'node:url'

export type CommissioningSettings = {
  /** The folder with the place's open data about grants; the demonstration place's when absent. */
  placeFolder?: string
}

export const demonstrationPlaceFolder = fileURLToPath(new URL('../data/trafford', import.meta.url))
