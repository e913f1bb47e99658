import { mkdirSync } from 'node:fs'
import { dataKeyFrom } from '@patchwork/encryption'
import type { Runtime } from '@patchwork/runtime'
import { type OpenedPorts, openPorts as openDrivers } from '@patchwork/service-process'
import type { Logger } from '@patchwork/telemetry'
import type { PlaceConfig } from './config.ts'

/**
 * Opens the drivers the configuration asks for, with the place's data directory and its key, both made where they are not there. `isSmall`: for a
 * process of one task, which is to leave the memory to it.
 */
export const openPorts = async (config: PlaceConfig, runtime: Runtime, logger: Logger, { isSmall = false } = {}): Promise<OpenedPorts> => {
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 })
  return openDrivers({ ...config, dataKey: dataKeyFrom(config.dataKeyFile, runtime), clientId: 'patchwork', isSmall }, runtime, logger)
}
