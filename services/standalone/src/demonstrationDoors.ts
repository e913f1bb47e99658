import { openGrants } from '@patchwork/commissioning'
import { openDemonstrationAccounts } from '@patchwork/identity'
import { openOpenData } from '@patchwork/provider-directory'
import type { Runtime } from '@patchwork/runtime'
import { serviceUrlsAt } from '@patchwork/service-process'
import type { Logger } from '@patchwork/telemetry'
import type { PlaceConfig } from './config.ts'
import type { DemonstrationDoors } from './demonstration.ts'
import { openPorts } from './drivers.ts'
import type { Place } from './place.ts'

/** The doors of a place that runs in this process. */
export const doorsOf = ({ url, ports, directory, commissioning, identity }: Place): DemonstrationDoors => ({
  ...{ url, documents: ports.documents, dataKey: ports.dataKey },
  loadOpenData: directory.loadOpenData,
  loadGrants: commissioning.loadGrants,
  openDemonstrationAccounts: identity.openDemonstrationAccounts,
})

/** The doors of a place whose services run in other processes on the same drivers and are reached at `url`. `close` ends what was opened for them. */
export const openDoors = async (
  url: string,
  { config, runtime, logger }: { config: PlaceConfig; runtime: Runtime; logger: Logger },
): Promise<DemonstrationDoors & { close(): Promise<void> }> => {
  const opened = await openPorts(config, runtime, logger)
  const stops: (() => Promise<void>)[] = [opened.close]
  const close = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop()
  }
  try {
    const { documents, dataKey } = opened.ports
    const serviceUrls = serviceUrlsAt(url)
    const openData = await openOpenData(opened.ports)
    stops.push(openData.stop)
    const grants = await openGrants(opened.ports, { serviceUrls })
    stops.push(grants.stop)
    const accounts = await openDemonstrationAccounts(opened.ports, { serviceUrls })
    stops.push(accounts.stop)
    const { loadOpenData } = openData
    return { url, documents, dataKey, loadOpenData, loadGrants: grants.loadGrants, openDemonstrationAccounts: accounts.openDemonstrationAccounts, close }
  } catch (error) {
    await close()
    throw error
  }
}
