#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { runService } from '@patchwork/service-process'
import { DirectoryEnvironment, directorySettingsFrom } from './config.ts'
import { start } from './index.ts'

process.exitCode = await runService({
  name: 'provider-directory',
  about: 'organisations and offers, their search, and the open feed',
  environment: DirectoryEnvironment,
  start: (ports, settings, variables) => start(ports, { ...settings, ...directorySettingsFrom(variables) }),
})
