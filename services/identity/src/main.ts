#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { runService } from '@patchwork/service-process'
import { IdentityEnvironment, identitySettingsFrom } from './config.ts'
import { start } from './start.ts'

process.exitCode = await runService({
  name: 'identity',
  about: 'accounts, and the OpenID Connect issuer',
  environment: IdentityEnvironment,
  start: (ports, settings, variables) => start(ports, { ...settings, ...identitySettingsFrom(variables) }),
  // The demonstration brings an administrator of its own.
  welcome: async (running, { publicUrl }, { DEMONSTRATION_PLACE }) => {
    const code = await running.firstAdministratorCode()
    return code === undefined || DEMONSTRATION_PLACE === 'true'
      ? ''
      : `There is no administrator yet. Open ${publicUrl}/set-up and enter this one-time code:\n  ${code}\n`
  },
})
