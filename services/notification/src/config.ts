import { z } from 'zod'

/** What this service reads beyond what every service is given. */
export type OwnSettings = {
  /** The mail server: `smtp://user:password@host:587` or `smtps://…`. Without one, only demonstration people get mail, in the sink. */
  smtpUrl?: string | undefined
  /** The sender of every mail, `Name <address>`. Needed with smtpUrl. */
  mailFrom?: string | undefined
  /** What the place is called in messages; `Patchwork` when absent. */
  placeName?: string | undefined
}

const senderMissing = 'is missing: say who the mail is from, for example "Patchwork <no-reply@your-council.gov.uk>"'

/** What this service reads from its environment. */
export const NotificationEnvironment = z
  .object({
    SMTP_URL: z
      .url({ protocol: /^smtps?$/ })
      .optional()
      .describe('the mail server, smtp://user:password@host:port; nothing is mailed when unset'),
    MAIL_FROM: z.string().min(3).max(200).optional().describe('the sender of every mail, Name <address>; needed with SMTP_URL'),
    PLACE_NAME: z.string().min(1).max(60).optional().describe('what the place is called in messages; Patchwork when unset'),
  })
  .refine(({ SMTP_URL, MAIL_FROM }) => SMTP_URL === undefined || MAIL_FROM !== undefined, { path: ['MAIL_FROM'], error: senderMissing })

/** The settings that these variables tell. */
export const ownSettingsFrom = ({ SMTP_URL, MAIL_FROM, PLACE_NAME }: z.output<typeof NotificationEnvironment>): OwnSettings => ({
  smtpUrl: SMTP_URL,
  mailFrom: MAIL_FROM,
  placeName: PLACE_NAME,
})

/** The settings, complete. Throws TypeError when a mail server is set without a sender. */
export const complete = ({ smtpUrl, mailFrom, placeName = 'Patchwork' }: OwnSettings) => {
  if (smtpUrl !== undefined && !mailFrom) throw new TypeError(`MAIL_FROM ${senderMissing}`)
  return { mail: smtpUrl !== undefined && mailFrom ? { url: smtpUrl, from: mailFrom } : undefined, placeName }
}
