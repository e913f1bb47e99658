import type { Ports } from '@patchwork/aggregate'
import { createServiceClient, type ServiceSettings } from '@patchwork/http'
import { type CommissioningSettings, demonstrationPlaceFolder } from '../config.ts'
import { openContractStore, service } from '../store/contractStore.ts'
import { type LoadedGrants, type LoadGrantsOptions, loadGrants } from './loadGrants.ts'

/** Loading a place's open data about grants beside the service that runs in other processes. */
export type OpenedGrants = {
  /** Puts the grants into the register. A repeat, or one after a cut-off load, adds only what is missing. */
  loadGrants(options?: LoadGrantsOptions): Promise<LoadedGrants>
  stop(): Promise<void>
}

/** Opens only what loading needs: no figures. Throws what the stores throw. */
export const openGrants = async (
  ports: Ports,
  { serviceUrls, placeFolder: folder = demonstrationPlaceFolder }: Pick<ServiceSettings, 'serviceUrls'> & CommissioningSettings,
): Promise<OpenedGrants> => {
  const { runtime, dataKey } = ports
  const store = await openContractStore(ports)
  const services = createServiceClient({ service, serviceUrls, dataKey, runtime })
  return {
    loadGrants: (options = {}) => loadGrants({ store, services, runtime, folder }, options),
    stop: async () => {
      await Promise.all([store.contracts, store.returns, store.grants].map((one) => one.stop()))
    },
  }
}
