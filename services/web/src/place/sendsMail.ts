import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { remembered } from '../remembered.ts'
import type { ServiceCalls } from '../serviceCalls.ts'

const freshMs = 5 * 60_000
const timeoutMs = 2_000

const MailState = z.object({ sendsMail: z.boolean() })

/** Whether e-mail leaves this place, as the notification service says, kept for five minutes; while it cannot be asked, what most places do. */
export const createSendsMail = (runtime: Pick<Runtime, 'now'>, services: ServiceCalls): (() => Promise<boolean>) => {
  const read = remembered(runtime, freshMs, async () => (await services.get('notification', '/mail', MailState, { timeoutMs })).sendsMail)
  return async () => (await read()) ?? true
}
