#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { systemRuntime } from '@patchwork/runtime'
import { run } from './commandLine.ts'

process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  runtime: systemRuntime,
  output: process.stdout,
  errors: process.stderr,
  signals: process,
})
