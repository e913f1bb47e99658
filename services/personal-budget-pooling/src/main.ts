#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { runService } from '@patchwork/service-process'
import { PoolingEnvironment, poolingSettingsFrom } from './config.ts'
import { start } from './index.ts'

process.exitCode = await runService({
  name: 'personal-budget-pooling',
  about: 'pooled personal budgets, to the penny',
  environment: PoolingEnvironment,
  start: (ports, settings, variables) => start(ports, { ...settings, ...poolingSettingsFrom(variables) }),
})
