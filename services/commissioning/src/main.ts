#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { runService } from '@patchwork/service-process'
import { CommissioningEnvironment, commissioningSettingsFrom } from './config.ts'
import { start } from './index.ts'

process.exitCode = await runService({
  name: 'commissioning',
  about: 'contracts, grants, and figures over all that happens',
  environment: CommissioningEnvironment,
  start: (ports, settings, variables) => start(ports, { ...settings, ...commissioningSettingsFrom(variables) }),
})
