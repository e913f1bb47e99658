#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { runService } from '@patchwork/service-process'
import { ReferralEnvironment, referralSettingsFrom } from './config.ts'
import { start } from './index.ts'

process.exitCode = await runService({
  name: 'referral',
  about: 'who needs what, and referrals that close their loop',
  environment: ReferralEnvironment,
  start: (ports, settings, variables) => start(ports, { ...settings, ...referralSettingsFrom(variables) }),
})
