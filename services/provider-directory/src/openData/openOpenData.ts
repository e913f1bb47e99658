import type { Ports } from '@patchwork/aggregate'
import { type DirectorySettings, demonstrationPlaceFolder } from '../config.ts'
import { openCouncilArea } from '../place/place.ts'
import { openDirectory } from '../store/directory.ts'
import { type LoadedOpenData, type LoadOpenDataOptions, loadOpenData } from './loadOpenData.ts'

/** Loading a place's open data beside the service that runs in other processes. */
export type OpenData = {
  /** Puts the open data of the place into the directory. A repeat, or one after a cut-off load, adds only what is missing. */
  loadOpenData(options?: LoadOpenDataOptions): Promise<LoadedOpenData>
  stop(): Promise<void>
}

/** Opens only what loading needs: no search, no deadlines. Throws when the place's folder or the stores cannot be opened. */
export const openOpenData = async (ports: Ports, { placeFolder = demonstrationPlaceFolder }: DirectorySettings = {}): Promise<OpenData> => {
  const councilArea = openCouncilArea(placeFolder)
  const directory = await openDirectory(ports)
  return {
    loadOpenData: (options = {}) => loadOpenData({ directory, councilArea, runtime: ports.runtime }, options),
    stop: async () => {
      await Promise.all([directory.offers.stop(), directory.organisations.stop(), directory.searches.stop()])
    },
  }
}
