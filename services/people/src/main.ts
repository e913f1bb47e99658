#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { runService } from '@patchwork/service-process'
import { PeopleEnvironment, peopleSettingsFrom } from './config.ts'
import { start } from './index.ts'

process.exitCode = await runService({
  name: 'people',
  about: 'the vault of personal data, and who may see whom',
  environment: PeopleEnvironment,
  start: (ports, settings, variables) => start(ports, { ...settings, ...peopleSettingsFrom(variables) }),
})
