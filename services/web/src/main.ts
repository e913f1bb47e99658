#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { runService } from '@patchwork/service-process'
import { WebEnvironment, webSettingsFrom } from './config.ts'
import { start } from './start.ts'

process.exitCode = await runService({
  name: 'web',
  about: 'the pages',
  environment: WebEnvironment,
  start: (ports, settings, variables) => start(ports, { ...settings, ...webSettingsFrom(variables) }),
})
