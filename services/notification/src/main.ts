#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { runService } from '@patchwork/service-process'
import { NotificationEnvironment, ownSettingsFrom } from './config.ts'
import { start } from './index.ts'

process.exitCode = await runService({
  name: 'notification',
  about: 'messages to people, in the page and by mail',
  environment: NotificationEnvironment,
  start: (ports, settings, variables) => start(ports, { ...settings, ...ownSettingsFrom(variables) }),
})
