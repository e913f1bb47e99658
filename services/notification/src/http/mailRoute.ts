import { type AnyRoute, defineRoute } from '@patchwork/http'
import { z } from 'zod'

/** Whether e-mail to real people leaves this place: what pages promise, and whether links are handed over by people, follows from it. */
export const mailRoute = ({ hasMailServer }: { hasMailServer: boolean }): AnyRoute =>
  defineRoute({
    method: 'get',
    path: '/mail',
    policy: 'mail.read-state',
    summary: 'Whether e-mail leaves this place. Where it does not, links are handed over by people, and only demonstration mail is kept to be read here',
    answer: z.object({ sendsMail: z.boolean() }),
    handle: async () => ({ body: { sendsMail: hasMailServer } }),
  })
