import type { ServiceClient } from '@patchwork/http'
import type { Logger } from '@patchwork/telemetry'

/** Whether e-mail leaves this place, as the notification service says at this moment. Throws ServiceCallError. */
export type SendsMail = () => Promise<boolean>

export const createSendsMail =
  (services: ServiceClient): SendsMail =>
  async () =>
    (await services.call<{ sendsMail: boolean }>('notification', 'GET', '/mail')).sendsMail

/** The same for words on a page, which does not wait for it to get well: while it cannot be known, what most places do. */
export const sendsMailForWords = async (sendsMail: SendsMail, logger: Logger): Promise<boolean> =>
  sendsMail().catch((error: unknown) => {
    logger.warn({ code: (error as { code?: unknown }).code }, 'whether this place sends mail could not be asked')
    return true
  })
