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

const OwnEnvironment = z
  .object({
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    MAIL_FROM: z.string().min(3).max(200).optional(),
    PLACE_NAME: z.string().min(1).max(60).optional(),
  })
  .transform(({ SMTP_URL: smtpUrl, MAIL_FROM: mailFrom, PLACE_NAME: placeName }): OwnSettings => ({ smtpUrl, mailFrom, placeName }))

/** The settings from an environment. Throws ZodError. */
export const readOwnSettings = (environment: Record<string, string | undefined>): OwnSettings => OwnEnvironment.parse(environment)

/** The settings, complete. Throws TypeError when a mail server is set without a sender. */
export const complete = ({ smtpUrl, mailFrom, placeName = 'Patchwork' }: OwnSettings) => {
  if (smtpUrl !== undefined && !mailFrom)
    throw new TypeError('MAIL_FROM is missing: say who the mail is from, for example "Patchwork <no-reply@your-council.gov.uk>"')
  return { mail: smtpUrl !== undefined && mailFrom ? { url: smtpUrl, from: mailFrom } : undefined, placeName }
}
